package io.letterbox.storage;

import io.letterbox.storage.replica.FollowerProgress;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Which replicas of a shard are in sync, as the one that leads it sees them, and how far they have forced its log. A
 * replica is in sync while it has answered, within {@link #LAG_TIME_MAX_MS}, that it has all that the leader had forced
 * a while before. Pure; for one leadership.
 */
final class InSyncReplicas {
    /** Kafka's {@code replica.lag.time.max.ms}. */
    static final long LAG_TIME_MAX_MS = 10_000;

    /** What is compared was forced so long ago at least: a follower under load is a moment behind all the time. */
    static final long BEHIND_MS = 500;

    private final int self;

    /** The followers, and when each of them had everything last. */
    private final Map<Integer, Long> caughtUpMs = new TreeMap<>();

    /** How far each replica has forced the log, this one included; in ascending order. */
    private long[] forced = {};

    /** What this replica had forced at least {@link #BEHIND_MS} ago, and at {@code markedMs}. */
    private long earlierIndex = -1;

    private long markedIndex = -1;
    private long markedMs;

    private List<Integer> nodes;

    /**
     * @param self this replica's node
     * @param nodes those of all replicas, which count as in sync at first
     */
    InSyncReplicas(int self, Collection<Integer> nodes, long nowMs) {
        this.self = self;
        this.markedMs = nowMs - BEHIND_MS;
        for (int node : nodes) if (node != self) caughtUpMs.put(node, nowMs);
        this.nodes = inSync(nowMs);
    }

    /**
     * Looks at the replicas again.
     *
     * @param forcedIndex how far this one has forced the log
     * @param followers the others; empty if that is not known
     */
    void look(long forcedIndex, List<FollowerProgress> followers, long nowMs) {
        if (!followers.isEmpty() || caughtUpMs.isEmpty()) take(forcedIndex, followers, nowMs);
        nodes = inSync(nowMs);
    }

    private void take(long forcedIndex, List<FollowerProgress> followers, long nowMs) {
        caughtUpMs
                .keySet()
                .retainAll(followers.stream().map(FollowerProgress::node).toList());
        forced = new long[followers.size() + 1];
        for (int index = 0; index < followers.size(); index++) {
            FollowerProgress each = followers.get(index);
            forced[index] = each.matchIndex();
            // The log does not know yet how far one is that had nothing to do.
            boolean hasAll = each.matchIndex() < 0 || each.matchIndex() >= earlierIndex;
            long answeredMs = hasAll ? nowMs - each.silentMs() : Long.MIN_VALUE;
            caughtUpMs.merge(each.node(), answeredMs, Math::max);
        }
        forced[followers.size()] = forcedIndex;
        Arrays.sort(forced);
        if (nowMs - markedMs < BEHIND_MS) return;
        earlierIndex = markedIndex;
        markedIndex = forcedIndex;
        markedMs = nowMs;
    }

    /** The nodes of the replicas that are in sync, this one included; in ascending order. */
    List<Integer> nodes() {
        return nodes;
    }

    private List<Integer> inSync(long nowMs) {
        long sinceMs = nowMs - LAG_TIME_MAX_MS;
        return Stream.concat(
                        Stream.of(self),
                        caughtUpMs.entrySet().stream()
                                .filter(each -> each.getValue() >= sinceMs)
                                .map(Map.Entry::getKey))
                .sorted()
                .toList();
    }

    /** Up to which index at least so many replicas have forced the log; {@code -1} if there are not so many. */
    long forcedBy(int replicas) {
        return replicas > forced.length ? -1 : forced[forced.length - replicas];
    }
}
