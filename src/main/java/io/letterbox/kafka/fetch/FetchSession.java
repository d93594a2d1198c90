package io.letterbox.kafka.fetch;

import io.letterbox.kafka.fetch.RequestedPartition.Key;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.FetchRequestData;

/**
 * A fetch session (KIP-227): the partitions that a client reads, kept between its requests, so that these name only
 * what has changed. Bound to the connection that created it. Owned by one event loop.
 */
final class FetchSession {
    private final int id;
    private final Object owner;
    private final boolean usesTopicIds;
    private final Map<Key, SessionPartition> partitions;

    /** The partitions in reading order; null after a change, until they are asked for. */
    private List<SessionPartition> ordered;

    private int epoch = 1;
    private long usedMs;
    private long checkedMs;
    private PendingFetch pending;
    private Runnable onClosed = () -> {};

    FetchSession(int id, Object owner, boolean usesTopicIds, Map<Key, RequestedPartition> named, long elapsedMs) {
        this.id = id;
        this.owner = owner;
        this.usesTopicIds = usesTopicIds;
        this.partitions = new LinkedHashMap<>(named.size() * 4 / 3 + 1);
        named.forEach((key, wanted) -> partitions.put(key, new SessionPartition(this, wanted)));
        this.usedMs = elapsedMs;
        this.checkedMs = elapsedMs;
    }

    /** Applies an incremental request. Returns the partitions that the client has removed from the session. */
    List<SessionPartition> update(FetchRequestData request, long elapsedMs) {
        usedMs = elapsedMs;
        setEpoch(epoch == Integer.MAX_VALUE ? 1 : epoch + 1);
        if (!request.topics().isEmpty() || !request.forgottenTopicsData().isEmpty()) ordered = null;
        for (FetchRequestData.FetchTopic topic : request.topics()) {
            for (FetchRequestData.FetchPartition wanted : topic.partitions()) {
                Key key = Key.of(topic.topicId(), topic.topic(), wanted.partition(), usesTopicIds);
                SessionPartition known = partitions.get(key);
                if (known != null) known.updateRequest(RequestedPartition.of(known.key(), wanted));
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

    /** Moves partitions that have been served to the end, so that others come first in the next response. */
    void moveBack(List<PartitionWait> served) {
        if (!served.isEmpty()) ordered = null;
        for (PartitionWait partition : served) {
            SessionPartition known = partitions.get(partition.key());
            // The client may have removed the partition meanwhile.
            if (known != partition) continue;
            partitions.remove(known.key());
            partitions.put(known.key(), known);
        }
    }

    int id() {
        return id;
    }

    /** The epoch that the next request has to carry. */
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

    /** The partitions in reading order; immutable. */
    List<SessionPartition> partitions() {
        if (ordered == null) ordered = List.copyOf(partitions.values());
        return ordered;
    }

    /**
     * Whether quiet partitions have to be checked, too. This is due at intervals, because not every change of a log
     * comes with a message about a commit.
     */
    boolean isCheckDue(long elapsedMs) {
        if (elapsedMs - checkedMs < FetchLimits.CHECK_INTERVAL_MS) return false;
        checkedMs = elapsedMs;
        return true;
    }

    /** @param action cancels the handler that closes this session with its connection */
    void setOnClosed(Runnable action) {
        onClosed = action;
    }

    /** Called when the session has been removed. */
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
