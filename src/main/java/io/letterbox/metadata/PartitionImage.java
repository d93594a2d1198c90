package io.letterbox.metadata;

import java.util.List;

/**
 * Who holds a partition. Immutable.
 *
 * @param leader the leading node's id, or -1 while there is none
 * @param leaderEpoch grows by one with every election
 * @param replicas the nodes that should hold the partition, the preferred leader first
 * @param isr the nodes whose logs are known to hold everything below the high watermark
 */
public record PartitionImage(int leader, int leaderEpoch, List<Integer> replicas, List<Integer> isr) {}
