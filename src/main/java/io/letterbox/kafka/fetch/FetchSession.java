package io.letterbox.kafka.fetch;

import io.letterbox.kafka.fetch.FetchPartition.Key;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;

/**
 * The partitions that a client reads, remembered between its requests, so that these need only name what changes
 * (KIP-227). Bound to the connection that it was made on. Owned by one event loop.
 */
final class FetchSession {
    private final int id;
    private final Object owner;
    private final boolean usesTopicIds;
    private final Map<Key, FetchPartition> partitions;

    /** The partitions in their order; null where that has changed. */
    private List<FetchPartition> ordered;

    private int epoch = 1;
    private long usedMs;
    private long lookedMs;
    private PendingFetch pending;
    private Runnable onClosed = () -> {};

    FetchSession(int id, Object owner, boolean usesTopicIds, Map<Key, FetchPartition> partitions, long elapsedMs) {
        this.id = id;
        this.owner = owner;
        this.usesTopicIds = usesTopicIds;
        this.partitions = new LinkedHashMap<>(partitions);
        for (FetchPartition partition : partitions.values()) partition.session = this;
        this.usedMs = elapsedMs;
        this.lookedMs = elapsedMs;
    }

    /** The partitions that a request names, each once, in its order. */
    static Map<Key, FetchPartition> partitions(FetchRequestData request, boolean byId) {
        Map<Key, FetchPartition> named = new LinkedHashMap<>();
        for (FetchRequestData.FetchTopic topic : request.topics()) {
            for (FetchRequestData.FetchPartition wanted : topic.partitions()) {
                Key key = key(topic.topicId(), topic.topic(), wanted.partition(), byId);
                named.put(key, new FetchPartition(key, wanted));
            }
        }
        return named;
    }

    private static Key key(Uuid topicId, String topic, int partition, boolean byId) {
        return byId ? new Key(topicId, null, partition) : new Key(Uuid.ZERO_UUID, topic, partition);
    }

    /** Takes over what the client has changed; those that it does not read any more are returned. */
    List<FetchPartition> update(FetchRequestData request, long elapsedMs) {
        usedMs = elapsedMs;
        setEpoch(epoch == Integer.MAX_VALUE ? 1 : epoch + 1);
        if (!request.topics().isEmpty() || !request.forgottenTopicsData().isEmpty()) ordered = null;
        for (FetchRequestData.FetchTopic topic : request.topics()) {
            for (FetchRequestData.FetchPartition wanted : topic.partitions()) {
                Key key = key(topic.topicId(), topic.topic(), wanted.partition(), usesTopicIds);
                FetchPartition known = partitions.get(key);
                if (known == null) add(key, new FetchPartition(key, wanted));
                else known.want(wanted);
            }
        }
        List<FetchPartition> forgotten = new ArrayList<>();
        for (FetchRequestData.ForgottenTopic topic : request.forgottenTopicsData()) {
            for (int partition : topic.partitions()) {
                FetchPartition gone = partitions.remove(key(topic.topicId(), topic.topic(), partition, usesTopicIds));
                if (gone != null) forgotten.add(gone);
            }
        }
        return forgotten;
    }

    private void add(Key key, FetchPartition partition) {
        partition.session = this;
        partitions.put(key, partition);
    }

    /** Lets others be first the next time, because these partitions have been served. */
    void moveBack(List<FetchPartition> served) {
        if (!served.isEmpty()) ordered = null;
        for (FetchPartition partition : served) {
            // It may have been forgotten in the meantime.
            if (partitions.remove(partition.key(), partition)) partitions.put(partition.key(), partition);
        }
    }

    int id() {
        return id;
    }

    /** The epoch that the next request has to have. */
    int epoch() {
        return epoch;
    }

    void setEpoch(int next) {
        epoch = next;
    }

    boolean belongsTo(Object client) {
        return owner == client;
    }

    boolean usesTopicIds() {
        return usesTopicIds;
    }

    long usedMs() {
        return usedMs;
    }

    /** In the order in which they are to be read; immutable. */
    List<FetchPartition> partitions() {
        if (ordered == null) ordered = List.copyOf(partitions.values());
        return ordered;
    }

    /**
     * Whether all partitions have to be looked at, although most have not moved: commits do not tell of everything that can
     * happen to a log.
     */
    boolean mustLook(long elapsedMs) {
        if (elapsedMs - lookedMs < FetchLimits.LOOK_MS) return false;
        lookedMs = elapsedMs;
        return true;
    }

    /** What takes back that the connection's end closes this session. */
    void setOnClosed(Runnable action) {
        onClosed = action;
    }

    /** The session has been forgotten. */
    void closed() {
        onClosed.run();
    }

    /** The request that is being answered, or null. */
    PendingFetch pending() {
        return pending;
    }

    void setPending(PendingFetch fetch) {
        pending = fetch;
    }

    /** The request that waits, or null. */
    PendingFetch waiting() {
        return pending != null && pending.isWaiting() ? pending : null;
    }
}
