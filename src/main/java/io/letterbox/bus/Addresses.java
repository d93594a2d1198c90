package io.letterbox.bus;

import io.letterbox.record.TopicPartition;

/** The addresses of the event bus. There is one per shard, never one per partition: addresses become metric labels. */
public final class Addresses {
    /** {@link Committed} is published here, on every node for its own event loops, after every group commit. */
    public static final String COMMITTED = "letterbox.committed";

    private Addresses() {}

    /** The address at which a storage shard takes its messages ({@link Append} and the shard's own commands). */
    public static String shard(int shard) {
        return "letterbox.storage." + shard;
    }

    /** The shard that owns a partition, the same on every node with the same number of shards. */
    public static int shardOf(TopicPartition partition, int shards) {
        return Math.floorMod(partition.topic().hashCode() * 31 + partition.partition(), shards);
    }
}
