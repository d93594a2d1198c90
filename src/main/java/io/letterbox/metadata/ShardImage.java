package io.letterbox.metadata;

import java.util.List;

/**
 * A set of partitions that share one journal. Immutable.
 *
 * @param id the shard's number, from 0
 * @param replicas who holds its partitions, the preferred leader first
 * @param leaderEpochBase what is added to a leader's term, so that leader epochs never fall, wherever the shard came
 *     from
 */
public record ShardImage(int id, List<ReplicaId> replicas, int leaderEpochBase) {
    /** The shard of a server that stands alone. */
    public ShardImage(int id, List<Integer> nodes) {
        this(
                id,
                nodes.stream().map(node -> new ReplicaId(node, ReplicaId.ALONE)).toList(),
                0);
    }

    /** The nodes of the replicas, in their order. */
    public List<Integer> nodes() {
        return replicas.stream().map(ReplicaId::node).toList();
    }

    /** Whether the journal is Raft's, of however many replicas; its leader is not agreed on but elected. */
    public boolean isReplicated() {
        return !replicas.get(0).directory().equals(ReplicaId.ALONE);
    }

    /** The leader epoch, as Kafka's protocol knows it, of whoever leads the shard in a term. */
    public int leaderEpoch(long term) {
        return Math.toIntExact(leaderEpochBase + term);
    }
}
