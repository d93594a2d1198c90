package io.letterbox.kafka.fetch;

import io.letterbox.bus.Isolation;
import io.letterbox.bus.PartitionStatus;
import io.letterbox.bus.TimedOffset;
import io.letterbox.error.ApiException;
import io.letterbox.ingress.DoorServices;
import io.letterbox.kafka.api.KafkaRequest;
import io.letterbox.metadata.PartitionImage;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsTopicResponse;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/**
 * ListOffsets: the earliest offset, the latest one, that of the newest record, and that of a timestamp. Owned by one
 * event loop.
 */
final class ListOffsetsApi {
    // Kafka's special values of the timestamp.
    private static final long LATEST = -1;
    private static final long EARLIEST = -2;
    private static final long MAX_TIMESTAMP = -3; // KIP-734
    private static final long EARLIEST_LOCAL = -4; // KIP-405
    private static final long LATEST_TIERED = -5; // KIP-1005
    private static final long EARLIEST_PENDING_UPLOAD = -6; // KIP-1023

    /** The first version that knows each special value, by its negation. */
    private static final short[] SINCE_VERSION = {0, 1, 1, 7, 8, 9, 11};

    private static final short EPOCHS_FROM = 4;
    private static final byte READ_COMMITTED = 1;

    /**
     * The replica id that asks for the log end offset. Any other id is treated as a consumer's, because clients send
     * all kinds.
     */
    private static final int DEBUGGER = -2;

    private static final long NOTHING = -1;

    private final DoorServices backend;
    private final PartitionGate gate;

    ListOffsetsApi(DoorServices backend, PartitionGate gate) {
        this.backend = backend;
        this.gate = gate;
    }

    Future<ApiMessage> answer(KafkaRequest request) {
        ListOffsetsRequestData body = request.body(ListOffsetsRequestData.class);
        Isolation isolation = body.isolationLevel() == READ_COMMITTED ? Isolation.COMMITTED : Isolation.UNCOMMITTED;
        Client client = new Client(request.version(), body.replicaId(), isolation);
        ListOffsetsResponseData response = new ListOffsetsResponseData();
        List<Search> searches = new ArrayList<>();
        Map<NamedPartition, Integer> times = times(body.topics());
        for (ListOffsetsTopic topic : body.topics()) {
            ListOffsetsTopicResponse found = new ListOffsetsTopicResponse().setName(topic.name());
            response.topics().add(found);
            for (ListOffsetsPartition wanted : topic.partitions()) {
                Integer often = times.remove(new NamedPartition(topic.name(), wanted.partitionIndex()));
                if (often == null) continue;
                ListOffsetsPartitionResponse partition =
                        new ListOffsetsPartitionResponse().setPartitionIndex(wanted.partitionIndex());
                found.partitions().add(partition);
                if (wanted.partitionIndex() < 0) {
                    partition.setErrorCode(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
                    continue;
                }
                TopicPartition id = new TopicPartition(topic.name(), wanted.partitionIndex());
                Errors refusal = often == 1 ? refusal(id, wanted, client) : Errors.INVALID_REQUEST;
                if (refusal != Errors.NONE) partition.setErrorCode(refusal.code());
                else searches.add(new Search(id, wanted.timestamp(), partition));
            }
        }
        return statuses(searches)
                .compose(statuses -> Future.join(searches.stream()
                        .map(search -> find(search, statuses.get(search.id), client))
                        .toList()))
                .map(response);
    }

    /**
     * What is looked for, and where the answer goes.
     *
     * @param timestamp in milliseconds since 1970, or one of the special values
     */
    private record Search(TopicPartition id, long timestamp, ListOffsetsPartitionResponse answer) {}

    /** What the partitions have. A leader that does not know whether it still leads has nothing to say of the end. */
    private Future<Map<TopicPartition, PartitionStatus>> statuses(List<Search> searches) {
        Map<TopicPartition, UUID> asked = new HashMap<>();
        for (Search search : searches) {
            TopicImage topic = gate.image().topics().get(search.id.topic());
            // The partition may have been deleted since it was checked.
            if (topic != null) asked.put(search.id, topic.id());
        }
        return backend.partitions().statuses(asked);
    }

    /** A partition as a request names it, whether or not it exists. */
    private record NamedPartition(String topic, int partition) {}

    /** How often the request names each partition; one that is named twice gets one answer, an error, as in Kafka. */
    private static Map<NamedPartition, Integer> times(List<ListOffsetsTopic> topics) {
        Map<NamedPartition, Integer> times = new HashMap<>();
        for (ListOffsetsTopic topic : topics) {
            for (ListOffsetsPartition wanted : topic.partitions()) {
                times.merge(new NamedPartition(topic.name(), wanted.partitionIndex()), 1, Integer::sum);
            }
        }
        return times;
    }

    /**
     * Who asks.
     *
     * @param version of the request
     * @param replica what the client calls itself
     * @param isolation which records it gets to see
     */
    private record Client(short version, int replica, Isolation isolation) {}

    private Errors refusal(TopicPartition partition, ListOffsetsPartition wanted, Client client) {
        if (wanted.timestamp() < 0 && !isKnown(wanted.timestamp(), client.version)) return Errors.UNSUPPORTED_VERSION;
        return gate.check(partition, wanted.currentLeaderEpoch());
    }

    private static boolean isKnown(long special, short version) {
        return special > -SINCE_VERSION.length && version >= SINCE_VERSION[(int) -special];
    }

    private Future<?> find(Search search, PartitionStatus status, Client client) {
        TopicPartition partition = search.id;
        long timestamp = search.timestamp;
        ListOffsetsPartitionResponse answer = search.answer;
        PartitionImage image = gate.image(partition);
        if (status == null || image == null) {
            return Future.succeededFuture(answer.setErrorCode(Errors.NOT_LEADER_OR_FOLLOWER.code()));
        }
        int leaderEpoch = image.leaderEpoch();
        if (timestamp == LATEST) {
            long end = client.replica == DEBUGGER ? status.logEndOffset() : status.readableEnd(client.isolation);
            return Future.succeededFuture(bare(client, answer, end, leaderEpoch));
        }
        if (timestamp == EARLIEST || timestamp == EARLIEST_LOCAL) {
            long start = status.logStartOffset();
            int epoch = backend.reader().epochAt(partition, start, leaderEpoch);
            return Future.succeededFuture(bare(client, answer, start, epoch));
        }
        if (timestamp == LATEST_TIERED || timestamp == EARLIEST_PENDING_UPLOAD) {
            return Future.succeededFuture(answer);
        }
        Future<TimedOffset> found = timestamp == MAX_TIMESTAMP
                ? backend.reader().newest(partition, client.isolation)
                : backend.reader().firstSince(partition, timestamp, client.isolation);
        return found.map(offset -> timed(client, answer, offset))
                .otherwise(failure -> answer.setErrorCode(code(failure)));
    }

    private static ListOffsetsPartitionResponse bare(
            Client client, ListOffsetsPartitionResponse answer, long offset, int epoch) {
        if (client.version >= EPOCHS_FROM) answer.setLeaderEpoch(epoch);
        return answer.setOffset(offset);
    }

    private static ListOffsetsPartitionResponse timed(
            Client client, ListOffsetsPartitionResponse answer, TimedOffset found) {
        if (found == null) return answer.setOffset(NOTHING).setTimestamp(NOTHING);
        return bare(client, answer, found.offset(), found.leaderEpoch()).setTimestamp(found.timestampMs());
    }

    private static short code(Throwable failure) {
        return failure instanceof ApiException refusal
                ? refusal.code().kafkaCode()
                : Errors.UNKNOWN_SERVER_ERROR.code();
    }
}
