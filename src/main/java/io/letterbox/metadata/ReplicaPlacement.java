package io.letterbox.metadata;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Chooses the nodes of new shards: each gets the nodes with the fewest replicas, and prefers the one of them as its
 * leader that is preferred least often; then the lowest number decides. The one to lead while that is away is chosen
 * alike. Of nodes in different racks, those whose racks have no replica of the shard yet come first. Pure. What is
 * chosen is written into {@link Command.CreateReplicatedShards}, so another version may choose otherwise.
 */
public final class ReplicaPlacement {
    /** How many replicas topics get that do not say, where there are as many nodes. */
    public static final int USUAL_FACTOR = 3;

    private final List<NodeImage> nodes;
    private final Map<Integer, Integer> replicas = new HashMap<>();
    private final Map<Integer, Integer> preferred = new HashMap<>();
    private final Map<Integer, Integer> nextInLine = new HashMap<>();

    private ReplicaPlacement(ClusterImage image) {
        nodes = image.nodes().values().stream()
                .filter(node -> !node.fenced() && !node.member().directory().equals(ReplicaId.ALONE))
                .sorted(Comparator.comparing(NodeImage::id))
                .toList();
        for (ShardImage shard : image.shards()) {
            for (int node : shard.nodes()) replicas.merge(node, 1, Integer::sum);
            preferred.merge(shard.nodes().get(0), 1, Integer::sum);
            if (shard.nodes().size() > 1) nextInLine.merge(shard.nodes().get(1), 1, Integer::sum);
        }
    }

    /** How many replicas topics shall have that do not say, in a cluster of so many nodes. */
    public static int usualFactor(int nodes) {
        return Math.max(1, Math.min(USUAL_FACTOR, nodes));
    }

    /**
     * The command that makes shards for the nodes of an image.
     *
     * @param count how many, 1 or more
     * @param factor replicas of each, 1 to the number of nodes that are not fenced
     */
    public static Command.CreateReplicatedShards spread(ClusterImage image, int count, int factor) {
        ReplicaPlacement placement = new ReplicaPlacement(image);
        if (factor < 1 || factor > placement.nodes.size())
            throw new IllegalArgumentException(factor + " replicas on " + placement.nodes.size() + " nodes");
        List<List<ReplicaId>> shards = new ArrayList<>();
        for (int i = 0; i < count; i++) shards.add(placement.next(factor));
        return new Command.CreateReplicatedShards(shards, 0);
    }

    private List<ReplicaId> next(int factor) {
        List<NodeImage> chosen = new ArrayList<>();
        while (chosen.size() < factor) {
            chosen.add(nodes.stream()
                    .filter(node -> !chosen.contains(node))
                    .min(Comparator.comparing((NodeImage node) -> sharesRack(node, chosen))
                            .thenComparing(node -> replicas.getOrDefault(node.id(), 0))
                            .thenComparing(NodeImage::id))
                    .orElseThrow());
        }
        List<NodeImage> ordered = new ArrayList<>();
        ordered.add(leastOften(preferred, chosen));
        chosen.removeAll(ordered);
        if (!chosen.isEmpty()) ordered.add(leastOften(nextInLine, chosen));
        chosen.removeAll(ordered);
        ordered.addAll(chosen);
        for (NodeImage node : ordered) replicas.merge(node.id(), 1, Integer::sum);
        return ordered.stream().map(NodeImage::replica).toList();
    }

    /** Counts the choice. */
    private static NodeImage leastOften(Map<Integer, Integer> counts, List<NodeImage> among) {
        NodeImage least = among.stream()
                .min(Comparator.comparing((NodeImage node) -> counts.getOrDefault(node.id(), 0))
                        .thenComparing(NodeImage::id))
                .orElseThrow();
        counts.merge(least.id(), 1, Integer::sum);
        return least;
    }

    private static boolean sharesRack(NodeImage node, List<NodeImage> chosen) {
        String rack = node.member().rack();
        return !rack.isEmpty()
                && chosen.stream().anyMatch(other -> other.member().rack().equals(rack));
    }
}
