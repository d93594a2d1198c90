package io.letterbox.metadata;

import java.util.List;

/**
 * A set of partitions that share one journal. Immutable.
 *
 * @param id the shard's number, from 0
 * @param replicas the nodes that hold its partitions
 */
public record ShardImage(int id, List<Integer> replicas) {}
