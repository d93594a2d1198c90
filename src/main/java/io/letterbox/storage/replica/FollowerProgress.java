package io.letterbox.storage.replica;

/**
 * What a leader knows of another replica.
 *
 * @param node the id of its node
 * @param matchIndex up to here it has forced what the leader has; -1 if that is not known
 * @param silentMs for how long it has not answered
 */
public record FollowerProgress(int node, long matchIndex, long silentMs) {
    /** Who has not answered for longer is not in touch. */
    private static final long SILENT_MS = 2_000;

    /** Nor is who lacks more entries. */
    private static final long LAG_ENTRIES = 1_000;

    /** Whether the replica could take a leadership over, or let members change, without holding that up. */
    public boolean isInTouch(long lastIndex) {
        // Raft does not know yet how far a follower is that had nothing to do.
        boolean near = matchIndex < 0 || matchIndex + LAG_ENTRIES >= lastIndex;
        return near && silentMs <= SILENT_MS;
    }
}
