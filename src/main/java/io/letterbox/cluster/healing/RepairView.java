package io.letterbox.cluster.healing;

import java.util.List;

/**
 * What a node knows of its replica of a shard.
 *
 * @param assigned whether the metadata give the replica to this node with this directory
 * @param begins whether the shard was made with this replica, so that it may begin with nothing; false for one that
 *     came later
 * @param phase as it is written down
 * @param open whether the replica runs
 * @param kept what there is of what it promised in Raft
 * @param fault what was found while it ran or when it was opened; null if nothing
 * @param leader the node that leads the shard; negative if nobody is known
 * @param sources nodes that could give a copy, the best first: never this one
 */
public record RepairView(
        boolean assigned,
        boolean begins,
        RepairPhase phase,
        boolean open,
        Kept kept,
        Fault fault,
        int leader,
        List<Integer> sources) {
    public RepairView {
        sources = List.copyOf(sources);
    }

    /** What there is of what a replica promised. */
    public enum Kept {
        /** Nothing, and it was never opened here. */
        NEVER_OPENED,
        /** Nothing, though it was opened before. */
        GONE,
        /** Raft's files of the group. */
        THERE
    }

    /**
     * Why a replica cannot go on.
     *
     * @param why a sentence without its full stop
     * @param leastIndex a copy has to reach up to here, so that what the replica's own log has follows on it: where its
     *     last checkpoint stands, as the log may be purged up to there; -1 if any copy will do
     */
    public record Fault(Kind kind, String why, long leastIndex) {
        Fault(Kind kind, String why) {
            this(kind, why, -1);
        }
    }

    /** What there is to do about it. */
    public enum Kind {
        /** Something is lacking, or Raft closed the group by itself: it is opened again. */
        PASSES,
        /** The others have purged what it needs next; what it promised is there. */
        TOO_FAR_BEHIND,
        /** A log or index of a partition is damaged; what it promised is there. */
        LOGS_DAMAGED,
        /** Raft's log or its file with term and vote is damaged or gone, or a force of it failed. */
        PROMISES_LOST
    }
}
