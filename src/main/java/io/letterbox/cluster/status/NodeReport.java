package io.letterbox.cluster.status;

import java.util.List;

/**
 * What a node says of itself when it is asked.
 *
 * @param ready whether it says the same at {@code /health/ready}
 * @param reason why it is not ready; empty if it is, or says no more
 * @param startedMs when its process began, in milliseconds since 1970 by its clock
 * @param diskFreeBytes free bytes of its data directory's disk
 * @param diskReserveBytes free bytes below which it refuses records
 * @param replicas of shards, and of the metadata; those that are open
 * @param troubles what is in its way to other nodes, in sentences
 */
public record NodeReport(
        int node,
        boolean ready,
        String reason,
        long startedMs,
        long diskFreeBytes,
        long diskReserveBytes,
        List<ReplicaReport> replicas,
        List<String> troubles) {
    public NodeReport {
        replicas = List.copyOf(replicas);
        troubles = List.copyOf(troubles);
    }

    /** Its replica of a shard; null if none is open. */
    ReplicaReport replica(int shard) {
        for (ReplicaReport each : replicas) if (each.shard() == shard) return each;
        return null;
    }
}
