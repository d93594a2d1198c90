package io.letterbox.metadata;

import java.util.List;

/** Decides who holds and who leads what. Pure: everything it knows is in its arguments. */
final class Controller {
    private Controller() {}

    /** Spreads the replicas of new partitions over the nodes that are not fenced. */
    static List<PartitionImage> place(ClusterImage image, int firstPartition, int count, int replicationFactor) {
        throw new AssertionError("first push");
    }
}
