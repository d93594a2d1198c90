package io.letterbox.metadata;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Decides who holds and who leads what. Pure: everything it knows is in its arguments, so every node that applies the
 * same command decides the same.
 */
final class Controller {
    /** The epoch of a partition's first leader. */
    static final int FIRST_EPOCH = 0;

    private Controller() {}

    /**
     * Spreads the replicas of new partitions over the nodes that are not fenced, in turn: partition p starts at node p
     * modulo the number of nodes. Alone, this node holds and leads everything.
     *
     * @param firstPartition the number of the first new partition
     * @throws ApiException {@code INVALID_REPLICATION_FACTOR} where there are fewer nodes than replicas
     */
    static List<PartitionImage> place(ClusterImage image, int firstPartition, int count, int replicationFactor) {
        List<Integer> nodes = image.nodes().values().stream()
                .filter(node -> !node.fenced())
                .map(NodeImage::id)
                .sorted()
                .collect(Collectors.toList());
        if (replicationFactor < 1 || replicationFactor > nodes.size()) {
            throw new ApiException(
                    ErrorCode.INVALID_REPLICATION_FACTOR,
                    "The replication factor " + replicationFactor + " is not between 1 and the number of nodes, "
                            + nodes.size() + ".");
        }
        List<PartitionImage> result = new ArrayList<>(count);
        for (int partition = firstPartition; partition < firstPartition + count; partition++) {
            List<Integer> replicas = new ArrayList<>(replicationFactor);
            for (int i = 0; i < replicationFactor; i++) replicas.add(nodes.get((partition + i) % nodes.size()));
            result.add(new PartitionImage(replicas.get(0), FIRST_EPOCH, List.copyOf(replicas), List.copyOf(replicas)));
        }
        return result;
    }

    /**
     * What becomes of a partition when a node has started: what the node led, it leads under a new epoch, so that
     * nothing it said before its restart can be mistaken for news; what nobody leads, it leads if it was in sync.
     */
    static PartitionImage onRegistered(PartitionImage partition, int node) {
        boolean leads = partition.leader() == node;
        boolean mayLead = partition.leader() < 0 && partition.isr().contains(node);
        if (!leads && !mayLead) return partition;
        return new PartitionImage(node, partition.leaderEpoch() + 1, partition.replicas(), partition.isr());
    }
}
