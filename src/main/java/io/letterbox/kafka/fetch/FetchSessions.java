package io.letterbox.kafka.fetch;

import io.letterbox.kafka.fetch.RequestedPartition.Key;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.protocol.Errors;

/**
 * The fetch sessions of one event loop, which owns this object. Their number is limited: a new session replaces the one
 * that was unused for the longest time, if that time is long enough; otherwise the client gets no session and sends
 * full requests.
 */
final class FetchSessions {
    private static final int NO_SESSION = 0;
    private static final int FULL_EPOCH = 0;
    private static final int LAST_EPOCH = -1;

    /** The first version that names topics by id. */
    static final short TOPIC_IDS_FROM = 13;

    private final int maxSessions;
    private final int maxPartitions;
    private final IntSupplier ids;
    private final Consumer<SessionPartition> dropped;

    /** In order of use, least recently used first. */
    private final LinkedHashMap<Integer, FetchSession> sessions = new LinkedHashMap<>();

    private int partitions;

    /**
     * A request, resolved against the sessions.
     *
     * @param partitions in the order in which to read them
     * @param session null if there is none
     * @param incremental whether the response contains changed partitions only
     * @param refusal why the request cannot be served, or NONE
     */
    record ResolvedFetch(
            List<? extends PartitionWait> partitions, FetchSession session, boolean incremental, Errors refusal) {
        static ResolvedFetch refused(Errors refusal) {
            return new ResolvedFetch(List.of(), null, false, refusal);
        }
    }

    /**
     * @param ids a source of session ids, uniformly distributed
     * @param dropped called with each partition that leaves its session
     */
    FetchSessions(int maxSessions, int maxPartitions, IntSupplier ids, Consumer<SessionPartition> dropped) {
        this.maxSessions = maxSessions;
        this.maxPartitions = maxPartitions;
        this.ids = ids;
        this.dropped = dropped;
    }

    /** Resolves a request, and creates, updates or closes sessions as it asks. */
    ResolvedFetch open(FetchRequestData request, short version, Object client, long elapsedMs) {
        boolean byId = version >= TOPIC_IDS_FROM;
        int epoch = request.sessionEpoch();
        if (epoch == FULL_EPOCH || epoch == LAST_EPOCH) {
            FetchSession old = sessions.get(request.sessionId());
            if (old != null && old.belongsTo(client)) close(old);
            Map<Key, RequestedPartition> named = RequestedPartition.all(request, byId);
            FetchSession made = epoch == LAST_EPOCH ? null : make(named, client, byId, elapsedMs);
            return new ResolvedFetch(made == null ? waits(named) : made.partitions(), made, false, Errors.NONE);
        }
        FetchSession session = sessions.get(request.sessionId());
        if (session == null || !session.belongsTo(client))
            return ResolvedFetch.refused(Errors.FETCH_SESSION_ID_NOT_FOUND);
        if (session.epoch() != epoch) return ResolvedFetch.refused(Errors.INVALID_FETCH_SESSION_EPOCH);
        if (session.usesTopicIds() != byId) return ResolvedFetch.refused(Errors.FETCH_SESSION_TOPIC_ID_ERROR);
        return update(session, request, elapsedMs);
    }

    private static List<PartitionWait> waits(Map<Key, RequestedPartition> named) {
        List<PartitionWait> waits = new ArrayList<>(named.size());
        for (RequestedPartition requested : named.values()) waits.add(new PartitionWait(requested));
        return waits;
    }

    private ResolvedFetch update(FetchSession session, FetchRequestData request, long elapsedMs) {
        int before = session.partitions().size();
        session.update(request, elapsedMs).forEach(dropped);
        partitions += session.partitions().size() - before;
        if (session.partitions().isEmpty()) {
            close(session);
            return new ResolvedFetch(List.of(), null, false, Errors.NONE);
        }
        if (partitions > maxPartitions) {
            // The client starts a new session then, which is where the limit on partitions is enforced.
            close(session);
            return ResolvedFetch.refused(Errors.FETCH_SESSION_ID_NOT_FOUND);
        }
        sessions.remove(session.id());
        sessions.put(session.id(), session);
        return new ResolvedFetch(session.partitions(), session, true, Errors.NONE);
    }

    private FetchSession make(Map<Key, RequestedPartition> named, Object client, boolean byId, long elapsedMs) {
        if (named.isEmpty() || !makeRoom(named.size(), elapsedMs)) return null;
        int id;
        do {
            id = ids.getAsInt() & Integer.MAX_VALUE;
        } while (id == NO_SESSION || sessions.containsKey(id));
        FetchSession made = new FetchSession(id, client, byId, named, elapsedMs);
        sessions.put(id, made);
        partitions += named.size();
        return made;
    }

    private boolean makeRoom(int forPartitions, long elapsedMs) {
        Iterator<FetchSession> longestUnused = sessions.values().iterator();
        while (sessions.size() >= maxSessions || partitions + forPartitions > maxPartitions) {
            if (!longestUnused.hasNext()) return false;
            FetchSession oldest = longestUnused.next();
            if (elapsedMs - oldest.usedMs() < FetchLimits.SESSION_SAFE_MS) return false;
            longestUnused.remove();
            forget(oldest);
        }
        return true;
    }

    /** The session with an id, or null. */
    FetchSession find(int id) {
        return sessions.get(id);
    }

    /** Closes a session; its id is unknown from now on. */
    void close(FetchSession session) {
        if (sessions.remove(session.id(), session)) forget(session);
    }

    private void forget(FetchSession session) {
        partitions -= session.partitions().size();
        session.partitions().forEach(dropped);
        session.closed();
    }

    int size() {
        return sessions.size();
    }

    int partitions() {
        return partitions;
    }
}
