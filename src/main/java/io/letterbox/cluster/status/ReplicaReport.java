package io.letterbox.cluster.status;

import io.letterbox.metadata.ReplicaId;
import java.util.List;

/**
 * What a node says of one of its replicas.
 *
 * @param shard the shard's number, or {@link #METADATA}
 * @param leader the node that leads as far as this one knows, -1 if none does
 * @param term the term that the replica is in
 * @param committedIndex up to here it knows entries to be committed
 * @param appliedIndex up to here it has applied them
 * @param copying whether it is being filled with another one's files
 * @param voters who votes in the group
 * @param followers the other replicas, if this one leads
 */
public record ReplicaReport(
        int shard,
        int leader,
        long term,
        long committedIndex,
        long appliedIndex,
        boolean copying,
        List<ReplicaId> voters,
        List<FollowerReport> followers) {
    /** Stands for the group that agrees on metadata. */
    public static final int METADATA = -1;

    public ReplicaReport {
        voters = List.copyOf(voters);
        followers = List.copyOf(followers);
    }

    /** What its leader says of another node's replica; null if nothing. */
    FollowerReport follower(int node) {
        for (FollowerReport each : followers) if (each.node() == node) return each;
        return null;
    }

    /** As it is called in sentences. */
    static String name(int shard) {
        return shard == METADATA ? "the metadata" : "shard " + shard;
    }
}
