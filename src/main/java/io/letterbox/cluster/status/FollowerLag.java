package io.letterbox.cluster.status;

import java.util.HashMap;
import java.util.Map;

/**
 * For how long the followers of one leadership have lacked something: the time since a follower last had all that the
 * leader had then, as Kafka's {@code replica.lag.time.max.ms} counts it. A follower under load, which is always some
 * entries behind, is a moment behind by that, not more and more. Pure, with a state; owned by one thread.
 */
final class FollowerLag {
    /** A follower that has not caught up in this leadership yet. */
    static final long UNKNOWN = -1;

    private static final long NEVER = Long.MIN_VALUE;

    private final Map<Integer, Mark> marks = new HashMap<>();

    /**
     * What is waited for.
     *
     * @param index what the leader had at {@code atMs}
     * @param caughtUpMs when the follower last had everything, {@link #NEVER} if not yet
     */
    private record Mark(long index, long atMs, long caughtUpMs) {}

    /**
     * Takes what the leader sees now.
     *
     * @param matchIndex up to here the follower has forced what the leader has; -1 if that is not known
     * @param leaderIndex up to here it should; never falls within a leadership
     * @param nowMs on the monotonic clock
     * @return the lag in milliseconds, or {@link #UNKNOWN}
     */
    long lagMs(int node, long matchIndex, long leaderIndex, long nowMs) {
        Mark before = marks.get(node);
        Mark now = before;
        if (matchIndex >= leaderIndex) now = new Mark(leaderIndex, nowMs, nowMs);
        else if (before == null) now = new Mark(leaderIndex, nowMs, NEVER);
        else if (matchIndex >= before.index) now = new Mark(leaderIndex, nowMs, before.atMs);
        marks.put(node, now);
        return now.caughtUpMs == NEVER ? UNKNOWN : nowMs - now.caughtUpMs;
    }
}
