package io.letterbox.bus;

import java.util.List;

/**
 * How the nodes of a cluster and its shards are, as they said when they were asked.
 *
 * @param controller the node that decides on changes of the metadata, {@link #NOBODY} if none is known
 * @param nodes in order of their ids
 * @param shards in order of their ids
 * @param problems what is wrong, in sentences; empty if all is well
 */
public record ClusterStatus(int controller, List<Node> nodes, List<Shard> shards, List<String> problems) {
    /** In place of a node. */
    public static final int NOBODY = -1;

    /** In place of a number that nobody has said. */
    public static final long UNKNOWN = -1;

    public ClusterStatus {
        nodes = List.copyOf(nodes);
        shards = List.copyOf(shards);
        problems = List.copyOf(problems);
    }

    /**
     * One node.
     *
     * @param reachable whether it has answered
     * @param ready whether it says that it is ready
     * @param reason why it is not ready or not reachable; empty if it is
     * @param startedMs when its process began, in milliseconds since 1970 by its clock; {@link #UNKNOWN} if it has not
     *     answered
     * @param diskFreeBytes free bytes of its data directory's disk; {@link #UNKNOWN} if it has not answered
     * @param diskReserveBytes free bytes below which it refuses records; {@link #UNKNOWN} if it has not answered
     * @param leaders how many shards it leads
     * @param replicas of how many shards it has a replica
     */
    public record Node(
            int id,
            boolean reachable,
            boolean ready,
            String reason,
            long startedMs,
            long diskFreeBytes,
            long diskReserveBytes,
            int leaders,
            int replicas) {}

    /**
     * One shard.
     *
     * @param leader the leading node, {@link #NOBODY} if none is known
     * @param term the term in which it leads
     * @param minInSync what its topics demand of {@code min.insync.replicas}, the most of them
     * @param replicas in the order of the metadata, the preferred leader first
     */
    public record Shard(int id, int leader, long term, int minInSync, List<Replica> replicas) {
        public Shard {
            replicas = List.copyOf(replicas);
        }

        /** How many replicas have everything. */
        public int inSync() {
            return (int) replicas.stream()
                    .filter(replica -> replica.state().isInSync())
                    .count();
        }
    }

    /**
     * One node's copy of a shard.
     *
     * @param lagEntries how many committed entries it lacks as its leader sees it; {@link #UNKNOWN} if nobody can say
     * @param lagMs for how long it has lacked something, in milliseconds; {@link #UNKNOWN} if nobody can say
     */
    public record Replica(int node, ReplicaState state, long lagEntries, long lagMs) {}

    /** What a replica does. */
    public enum ReplicaState {
        /** Leads the shard. */
        LEADING,
        /** Has everything. */
        IN_SYNC,
        /** Answers its leader, and lacks something. */
        BEHIND,
        /** Gets the shard's files from another one. */
        COPYING,
        /** Its leader hears nothing of it. */
        SILENT,
        /** Its node answers, and has not opened it. */
        CLOSED,
        /** Nobody who answers leads the shard. */
        UNKNOWN;

        /** Whether it counts for what is committed. */
        public boolean isInSync() {
            return this == LEADING || this == IN_SYNC;
        }
    }
}
