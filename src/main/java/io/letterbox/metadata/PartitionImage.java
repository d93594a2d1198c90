package io.letterbox.metadata;

import java.util.List;

/**
 * The leader and the replicas of a partition. Immutable.
 *
 * @param shard the shard that the partition belongs to, for ever; {@link #NO_SHARD} before the cluster has shards
 * @param leader the leading node's id, or -1 while there is none
 * @param leaderEpoch grows by one with every election
 * @param replicas the nodes that should hold the partition, the preferred leader first
 * @param isr the nodes whose logs are known to hold everything below the high watermark
 */
public record PartitionImage(int shard, int leader, int leaderEpoch, List<Integer> replicas, List<Integer> isr) {
    /** The shard of partitions in metadata from before shards, until {@link Command.CreateShards}. */
    public static final int NO_SHARD = -1;

    /** This partition with another leader or epoch. */
    PartitionImage ledBy(int newLeader, int newEpoch) {
        return new PartitionImage(shard, newLeader, newEpoch, replicas, isr);
    }

    /** This partition with the leader that its shard has. */
    PartitionImage ledBy(ShardImage of, ShardLeader now) {
        List<Integer> inSync = now.isr().isEmpty() ? isr : now.isr();
        return new PartitionImage(shard, now.node(), of.leaderEpoch(now.term()), replicas, inSync);
    }

    /** This partition in a shard. */
    PartitionImage in(int newShard) {
        return new PartitionImage(newShard, leader, leaderEpoch, replicas, isr);
    }
}
