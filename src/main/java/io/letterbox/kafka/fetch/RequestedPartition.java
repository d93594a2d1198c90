package io.letterbox.kafka.fetch;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;

/**
 * One partition of a fetch request. Immutable.
 *
 * @param key the partition
 * @param offset the first offset wanted
 * @param maxBytes the client's limit for this partition, 0 or more
 * @param leaderEpoch the leader epoch that the client knows; -1 if it does not say
 * @param lastFetchedEpoch the leader epoch of the record before the offset; -1 if the client does not say
 */
record RequestedPartition(Key key, long offset, int maxBytes, int leaderEpoch, int lastFetchedEpoch) {
    /**
     * The name by which a client addresses a partition.
     *
     * @param topicId {@link Uuid#ZERO_UUID} before version 13
     * @param topic null from version 13 on
     */
    record Key(Uuid topicId, String topic, int partition) {
        static Key of(Uuid topicId, String topic, int partition, boolean byId) {
            return byId ? new Key(topicId, null, partition) : new Key(Uuid.ZERO_UUID, topic, partition);
        }
    }

    static RequestedPartition of(Key key, FetchRequestData.FetchPartition wanted) {
        return new RequestedPartition(
                key,
                wanted.fetchOffset(),
                Math.max(0, wanted.partitionMaxBytes()),
                wanted.currentLeaderEpoch(),
                wanted.lastFetchedEpoch());
    }

    /** The partitions of a request, each once, in its order. */
    static Map<Key, RequestedPartition> all(FetchRequestData request, boolean byId) {
        Map<Key, RequestedPartition> named = new LinkedHashMap<>();
        for (FetchRequestData.FetchTopic topic : request.topics()) {
            for (FetchRequestData.FetchPartition wanted : topic.partitions()) {
                Key key = Key.of(topic.topicId(), topic.topic(), wanted.partition(), byId);
                named.put(key, of(key, wanted));
            }
        }
        return named;
    }
}
