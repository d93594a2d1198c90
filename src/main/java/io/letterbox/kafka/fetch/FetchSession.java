package io.letterbox.kafka.fetch;

import io.letterbox.kafka.fetch.RequestedPartition.Key;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.FetchRequestData;

/**
 * The partitions that a client reads, remembered between its requests, so that these need only name what changes
 * (KIP-227). Bound to the connection that it was made on. Owned by one event loop.
 */
final class FetchSession {
    private final int id;
    private final Object owner;
    private final boolean usesTopicIds;
    private final Map<Key, SessionPartition> partitions;

    /** The partitions in their order; null where that has changed. */
    private List<SessionPartition> ordered;

    private int epoch = 1;
    private long usedMs;
    private long lookedMs;
    private PendingFetch pending;
    private Runnable onClosed = () -> {};

    FetchSession(int id, Object owner, boolean usesTopicIds, Map<Key, RequestedPartition> named, long elapsedMs) {
        this.id = id;
        this.owner = owner;
        this.usesTopicIds = usesTopicIds;
        this.partitions = new LinkedHashMap<>(named.size() * 4 / 3 + 1);
        named.forEach((key, wanted) -> partitions.put(key, new SessionPartition(this, wanted)));
        this.usedMs = elapsedMs;
        this.lookedMs = elapsedMs;
    }

    /** Takes over what the client has changed; those that it does not read any more are returned. */
    List<SessionPartition> update(FetchRequestData request, long elapsedMs) {
        usedMs = elapsedMs;
        setEpoch(epoch == Integer.MAX_VALUE ? 1 : epoch + 1);
        if (!request.topics().isEmpty() || !request.forgottenTopicsData().isEmpty()) ordered = null;
        for (FetchRequestData.FetchTopic topic : request.topics()) {
            for (FetchRequestData.FetchPartition wanted : topic.partitions()) {
                Key key = Key.of(topic.topicId(), topic.topic(), wanted.partition(), usesTopicIds);
                SessionPartition known = partitions.get(key);
                if (known != null) known.want(RequestedPartition.of(known.key(), wanted));
                else partitions.put(key, new SessionPartition(this, RequestedPartition.of(key, wanted)));
            }
        }
        List<SessionPartition> forgotten = new ArrayList<>();
        for (FetchRequestData.ForgottenTopic topic : request.forgottenTopicsData()) {
            for (int partition : topic.partitions()) {
                Key key = Key.of(topic.topicId(), topic.topic(), partition, usesTopicIds);
                SessionPartition gone = partitions.remove(key);
                if (gone != null) forgotten.add(gone);
            }
        }
        return forgotten;
    }

    /** Lets others be first the next time, because these partitions have been served. */
    void moveBack(List<PartitionWait> served) {
        if (!served.isEmpty()) ordered = null;
        for (PartitionWait partition : served) {
            SessionPartition known = partitions.get(partition.key());
            // It may have been forgotten in the meantime.
            if (known != partition) continue;
            partitions.remove(known.key());
            partitions.put(known.key(), known);
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
    List<SessionPartition> partitions() {
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
