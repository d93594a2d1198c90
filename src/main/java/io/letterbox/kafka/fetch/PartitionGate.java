package io.letterbox.kafka.fetch;

import io.letterbox.bus.EpochEnd;
import io.letterbox.bus.PartitionStatus;
import io.letterbox.ingress.DoorServices;
import io.letterbox.kafka.api.ClusterView;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.NodeImage;
import io.letterbox.metadata.PartitionImage;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.TopicPartition;
import java.util.Map;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.Errors;

/** The checks of a request for a partition: whether it exists, who leads it, and whether it can be read. Any thread. */
final class PartitionGate {
    /** In place of the leader epoch that a client knows, if it does not say. */
    static final int NO_EPOCH = -1;

    /** In place of a node's id. */
    static final int NO_NODE = -1;

    private final DoorServices backend;

    PartitionGate(DoorServices backend) {
        this.backend = backend;
    }

    /** The newest image. */
    ClusterImage image() {
        return backend.metadata().image();
    }

    /** The status of a partition; null if this node does not host it. */
    PartitionStatus status(TopicPartition partition) {
        return backend.reader().status(partition);
    }

    /** Checks a partition that is named by its topic's name; NONE if it can be read. */
    Errors check(TopicPartition partition, int believedEpoch) {
        PartitionImage image = image(partition);
        if (image == null) return Errors.UNKNOWN_TOPIC_OR_PARTITION;
        Errors refusal = leadership(image, believedEpoch);
        if (refusal != Errors.NONE) return refusal;
        PartitionStatus status = status(partition);
        if (status == null) return Errors.NOT_LEADER_OR_FOLLOWER;
        return status.quarantine() == null ? Errors.NONE : Errors.KAFKA_STORAGE_ERROR;
    }

    /** The image of a partition; null if there is no such partition. */
    PartitionImage image(TopicPartition partition) {
        TopicImage topic = image().topics().get(partition.topic());
        int number = partition.partition();
        return topic == null || number < 0 || number >= topic.partitions().size()
                ? null
                : topic.partitions().get(number);
    }

    /** The topic that a client names, or null if the image does not contain it. */
    static TopicImage topic(ClusterImage image, RequestedPartition.Key key) {
        return key.topic() == null
                ? image.topic(ClusterView.id(key.topicId()))
                : image.topics().get(key.topic());
    }

    /** Checks that this node leads a partition in the epoch that a client knows (KIP-320); NONE if it does. */
    Errors leadership(PartitionImage image, int believedEpoch) {
        if (believedEpoch != NO_EPOCH) {
            if (believedEpoch < image.leaderEpoch()) return Errors.FENCED_LEADER_EPOCH;
            if (believedEpoch > image.leaderEpoch()) return Errors.UNKNOWN_LEADER_EPOCH;
        }
        return leads(image) ? Errors.NONE : Errors.NOT_LEADER_OR_FOLLOWER;
    }

    /** Whether this node leads a partition. */
    boolean leads(PartitionImage image) {
        return image.leader() == backend.config().node().id();
    }

    /** Checks as {@link #leadership} that this node has a replica of a partition, whether or not it leads it. */
    Errors replication(PartitionImage image, int believedEpoch) {
        Errors refusal = leadership(image, believedEpoch);
        boolean follows = refusal == Errors.NOT_LEADER_OR_FOLLOWER
                && image.replicas().contains(backend.config().node().id());
        return follows ? Errors.NONE : refusal;
    }

    /**
     * The replica that stands in a client's rack, if this node leads the partition and stands elsewhere (KIP-392); an
     * in-sync one that clients can connect to.
     *
     * @param rack the client's rack; empty if it does not say
     * @return the node, or {@link #NO_NODE}
     */
    int preferredReplica(PartitionImage image, String rack) {
        if (rack.isEmpty() || image.isr().size() < 2 || !leads(image)) return NO_NODE;
        Map<Integer, NodeImage> nodes = image().nodes();
        NodeImage leader = nodes.get(image.leader());
        if (leader == null || rack.equals(ClusterView.rack(leader))) return NO_NODE;
        for (int replica : image.replicas()) {
            NodeImage node = nodes.get(replica);
            if (node == null || !node.kafka().exists() || !image.isr().contains(replica)) continue;
            if (rack.equals(ClusterView.rack(node))) return replica;
        }
        return NO_NODE;
    }

    /**
     * The end of the last epoch that the client's log and this one have in common (KIP-595), or null if the client's
     * log does not diverge, or the client does not say what it has.
     *
     * @param partition one that could be read when it was last looked at
     */
    FetchResponseData.EpochEndOffset divergence(PartitionWait partition) {
        int lastFetchedEpoch = partition.requested().lastFetchedEpoch();
        if (lastFetchedEpoch == NO_EPOCH || partition.isAhead()) return null;
        EpochEnd end = backend.reader()
                .epochEnd(partition.id(), lastFetchedEpoch, partition.image().leaderEpoch());
        if (end == null || end.endOffset() >= partition.offset() && end.epoch() >= lastFetchedEpoch) return null;
        return new FetchResponseData.EpochEndOffset().setEpoch(end.epoch()).setEndOffset(end.endOffset());
    }
}
