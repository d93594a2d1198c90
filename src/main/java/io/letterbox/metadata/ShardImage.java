package io.letterbox.metadata;

import java.util.ArrayList;
import java.util.List;

/**
 * A set of partitions that share one journal. Immutable.
 *
 * @param id the shard's number, from 0
 * @param replicas who holds its partitions, the preferred leader first
 * @param leaderEpochBase what is added to a leader's term, so that leader epochs never fall, wherever the shard came
 *     from
 * @param later those of the replicas that the shard was not made with: they begin with a copy, and never with nothing
 */
public record ShardImage(int id, List<ReplicaId> replicas, int leaderEpochBase, List<ReplicaId> later) {
    public ShardImage {
        replicas = List.copyOf(replicas);
        later = List.copyOf(later);
    }

    /** A shard with the replicas that it was made with. */
    public ShardImage(int id, List<ReplicaId> replicas, int leaderEpochBase) {
        this(id, replicas, leaderEpochBase, List.of());
    }

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

    /** Whether a replica may begin with nothing. */
    public boolean isMadeWith(ReplicaId replica) {
        return replicas.contains(replica) && !later.contains(replica);
    }

    /** The shard with one replica in the place of another one. */
    ShardImage replace(ReplicaId from, ReplicaId to) {
        List<ReplicaId> changed = new ArrayList<>(replicas);
        changed.set(changed.indexOf(from), to);
        List<ReplicaId> came = new ArrayList<>(later);
        came.remove(from);
        came.add(to);
        return new ShardImage(id, changed, leaderEpochBase, came);
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
