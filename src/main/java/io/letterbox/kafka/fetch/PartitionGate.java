package io.letterbox.kafka.fetch;

import io.letterbox.bus.EpochEnd;
import io.letterbox.bus.PartitionStatus;
import io.letterbox.kafka.KafkaBackend;
import io.letterbox.kafka.TopicIds;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.PartitionImage;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.TopicPartition;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.Errors;

/** Whether a partition can be read by who asks for it, and why not. Owned by one event loop. */
final class PartitionGate {
    /** Where a client does not say which epoch it believes in. */
    static final int NO_EPOCH = -1;

    private final KafkaBackend backend;
    private final TopicIds topicIds = new TopicIds();

    PartitionGate(KafkaBackend backend) {
        this.backend = backend;
    }

    /** The newest image. */
    ClusterImage image() {
        return backend.metadata().image();
    }

    /** Looks at a partition anew; what is found is noted in it. NONE where it can be read. */
    Errors check(FetchPartition partition) {
        Errors refusal = resolve(partition);
        partition.status = null;
        // Before the look: what is committed during it is told of afterwards.
        partition.moved = false;
        if (refusal != Errors.NONE) return refusal;
        refusal = leadership(partition.image, partition.leaderEpoch());
        if (refusal != Errors.NONE) return refusal;
        PartitionStatus status = backend.reader().status(partition.id);
        // The image says that it is here, so it is about to come or to go.
        if (status == null) return Errors.NOT_LEADER_OR_FOLLOWER;
        if (status.quarantine() != null) return Errors.KAFKA_STORAGE_ERROR;
        if (partition.offset() < status.logStartOffset() || partition.offset() > status.logEndOffset()) {
            return Errors.OFFSET_OUT_OF_RANGE;
        }
        partition.status = status;
        return Errors.NONE;
    }

    /** Whether a partition that is called by its topic's name can be asked; NONE where it can. */
    Errors check(TopicPartition partition, int believedEpoch) {
        PartitionImage image = image(partition);
        if (image == null) return Errors.UNKNOWN_TOPIC_OR_PARTITION;
        Errors refusal = leadership(image, believedEpoch);
        if (refusal != Errors.NONE) return refusal;
        PartitionStatus status = backend.reader().status(partition);
        if (status == null) return Errors.NOT_LEADER_OR_FOLLOWER;
        return status.quarantine() == null ? Errors.NONE : Errors.KAFKA_STORAGE_ERROR;
    }

    /** Who holds a partition; null where there is no such partition. */
    PartitionImage image(TopicPartition partition) {
        TopicImage topic = backend.metadata().image().topics().get(partition.topic());
        int number = partition.partition();
        return topic == null || number < 0 || number >= topic.partitions().size()
                ? null
                : topic.partitions().get(number);
    }

    private Errors resolve(FetchPartition partition) {
        ClusterImage image = backend.metadata().image();
        boolean byId = partition.key().topic() == null;
        if (partition.seenImage != image) {
            TopicImage topic = byId
                    ? topicIds.find(image, partition.key().topicId())
                    : image.topics().get(partition.key().topic());
            int number = partition.key().partition();
            boolean exists =
                    topic != null && number >= 0 && number < topic.partitions().size();
            partition.seenImage = image;
            partition.image = exists ? topic.partitions().get(number) : null;
            partition.topicId = exists ? topic.id() : null;
            partition.id = exists ? new TopicPartition(topic.name(), number) : null;
            partition.topicKnown = topic != null;
        }
        if (partition.id != null) return Errors.NONE;
        return byId && !partition.topicKnown ? Errors.UNKNOWN_TOPIC_ID : Errors.UNKNOWN_TOPIC_OR_PARTITION;
    }

    /** Whether this node leads a partition in the epoch that a client believes in (KIP-320). */
    private Errors leadership(PartitionImage image, int believedEpoch) {
        if (believedEpoch != NO_EPOCH) {
            if (believedEpoch < image.leaderEpoch()) return Errors.FENCED_LEADER_EPOCH;
            if (believedEpoch > image.leaderEpoch()) return Errors.UNKNOWN_LEADER_EPOCH;
        }
        return image.leader() == backend.config().node().id() ? Errors.NONE : Errors.NOT_LEADER_OR_FOLLOWER;
    }

    /**
     * Where the client's log parts from this one (KIP-595), or null where it does not, as far as the client says what it
     * has.
     */
    FetchResponseData.EpochEndOffset divergence(FetchPartition partition) {
        if (partition.lastFetchedEpoch() == NO_EPOCH) return null;
        EpochEnd end =
                backend.reader().epochEnd(partition.id, partition.lastFetchedEpoch(), partition.image.leaderEpoch());
        if (end == null || end.endOffset() >= partition.offset() && end.epoch() >= partition.lastFetchedEpoch()) {
            return null;
        }
        return new FetchResponseData.EpochEndOffset().setEpoch(end.epoch()).setEndOffset(end.endOffset());
    }
}
