package io.letterbox.cluster.status;

/**
 * Another replica as the leader of the shard sees it.
 *
 * @param node the id of its node
 * @param lagEntries how many committed entries it lacks
 * @param lagMs for how long it has lacked something; {@link FollowerLag#UNKNOWN} if it has not caught up yet
 * @param silentMs for how long the leader has not heard of it
 */
public record FollowerReport(int node, long lagEntries, long lagMs, long silentMs) {
    /** Who was silent for longer is not counted on. */
    static final long SILENT_MS = 2_000;

    /** Nor is who has lacked something for longer. */
    static final long LAG_MS = 2_000;

    /** Whether the leader has not heard of it for long. */
    public boolean isSilent() {
        return silentMs > SILENT_MS;
    }

    /** Whether the replica can be counted on. */
    public boolean isCaughtUp() {
        return !isSilent() && lagMs != FollowerLag.UNKNOWN && lagMs <= LAG_MS;
    }
}
