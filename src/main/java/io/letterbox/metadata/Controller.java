package io.letterbox.metadata;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Decides which nodes hold and lead partitions. Pure: it depends on its arguments only, so every node that applies the
 * same command decides the same.
 */
final class Controller {
    /** The epoch of a partition's first leader. */
    static final int FIRST_EPOCH = 0;

    private Controller() {}

    /**
     * Places new partitions of a topic: in shards if there are any, see {@link ShardPlacement}; otherwise their
     * replicas are spread over the nodes that are not fenced, round-robin: partition p starts at node p modulo the
     * number of nodes. A single node holds and leads everything.
     *
     * @param before the partitions that the topic has already
     * @throws ApiException {@code INVALID_REPLICATION_FACTOR} if there are fewer nodes than replicas, or no shard with
     *     that many
     */
    static List<PartitionImage> place(
            ClusterImage image, List<PartitionImage> before, int count, int replicationFactor) {
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
        if (!image.shards().isEmpty()) return placeInShards(image, nodes, before, count, replicationFactor);
        List<PartitionImage> result = new ArrayList<>(count);
        for (int partition = before.size(); partition < before.size() + count; partition++) {
            List<Integer> replicas = new ArrayList<>(replicationFactor);
            for (int i = 0; i < replicationFactor; i++) replicas.add(nodes.get((partition + i) % nodes.size()));
            result.add(first(PartitionImage.NO_SHARD, List.copyOf(replicas)));
        }
        return result;
    }

    private static List<PartitionImage> placeInShards(
            ClusterImage image, List<Integer> nodes, List<PartitionImage> before, int count, int replicationFactor) {
        List<ShardImage> fit = image.shards().stream()
                .filter(shard -> shard.replicas().size() == replicationFactor && nodes.containsAll(shard.nodes()))
                .toList();
        if (fit.isEmpty()) {
            throw new ApiException(
                    ErrorCode.INVALID_REPLICATION_FACTOR,
                    "There is no shard with " + replicationFactor + " replicas on nodes that are there.");
        }
        ShardPlacement placement = new ShardPlacement(fit, image.topics().values());
        placement.beginTopic(before);
        List<PartitionImage> result = new ArrayList<>(count);
        for (int partition = 0; partition < count; partition++) {
            ShardImage shard = placement.next();
            result.add(shard.isReplicated() ? unled(shard) : first(shard.id(), shard.nodes()));
        }
        return result;
    }

    /** Who leads a shard that is replicated is not agreed on, see {@link LeaderOverlay}. */
    private static PartitionImage unled(ShardImage shard) {
        int epoch = shard.leaderEpoch(0);
        return new PartitionImage(shard.id(), ShardLeader.NOBODY, epoch, shard.nodes(), shard.nodes());
    }

    private static PartitionImage first(int shard, List<Integer> replicas) {
        return new PartitionImage(shard, replicas.get(0), FIRST_EPOCH, replicas, replicas);
    }

    /** Places partitions that are older than the shards, topic by topic in order of name. */
    static SortedMap<String, TopicImage> placeAll(SortedMap<String, TopicImage> topics, List<ShardImage> shards) {
        ShardPlacement placement = new ShardPlacement(shards, List.of());
        SortedMap<String, TopicImage> placed = new TreeMap<>();
        topics.forEach((name, topic) -> {
            placement.beginTopic(List.of());
            List<PartitionImage> partitions = new ArrayList<>(topic.partitions().size());
            for (PartitionImage partition : topic.partitions())
                partitions.add(partition.in(placement.next().id()));
            placed.put(name, topic.withStates(List.copyOf(partitions)));
        });
        return placed;
    }

    /**
     * The state of a partition after a node has started. The node leads partitions that it led before under a new
     * epoch, so that its messages from before the restart are recognised as stale; it leads a partition without a
     * leader if it was in sync.
     */
    static PartitionImage onRegistered(PartitionImage partition, int node) {
        boolean leads = partition.leader() == node;
        boolean mayLead = partition.leader() < 0 && partition.isr().contains(node);
        if (!leads && !mayLead) return partition;
        return partition.ledBy(node, partition.leaderEpoch() + 1);
    }
}
