package io.letterbox.metadata;

import java.util.List;

/**
 * Who holds a partition. Immutable.
 *
 * @param shard the shard that the partition belongs to for good; {@link #NO_SHARD} before the cluster has shards
 * @param leader the leading node's id, or -1 while there is none
 * @param leaderEpoch grows by one with every election
 * @param replicas the nodes that should hold the partition, the preferred leader first
 * @param isr the nodes whose logs are known to hold everything below the high watermark
 */
public record PartitionImage(int shard, int leader, int leaderEpoch, List<Integer> replicas, List<Integer> isr) {
    /** Of partitions in logs of servers that knew no shards, until {@link Command.CreateShards}. */
    public static final int NO_SHARD = -1;

    /** The same, led by another node or under another epoch. */
    PartitionImage ledBy(int newLeader, int newEpoch) {
        return new PartitionImage(shard, newLeader, newEpoch, replicas, isr);
    }

    /** The same in a shard. */
    PartitionImage in(int newShard) {
        return new PartitionImage(newShard, leader, leaderEpoch, replicas, isr);
    }
}
