package io.letterbox.metadata;

import java.util.List;

/**
 * A set of partitions that share one journal. Immutable.
 *
 * @param id the shard's number, from 0
 * @param replicas the nodes that hold its partitions
 */
public record ShardImage(int id, List<Integer> replicas) {
    /** The leader epoch, as Kafka's protocol knows it, of whoever leads the shard in a term. */
    public int leaderEpoch(long term) {
        return Math.toIntExact(term);
    }
}
