package io.letterbox.kafka.api;

import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.NodeImage;
import io.letterbox.metadata.PartitionImage;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.common.Uuid;

/** The cluster as Kafka clients see it: only nodes with a Kafka listener. Stateless. */
public final class ClusterView {
    private ClusterView() {}

    /** The nodes that clients may connect to, by id. */
    public static List<NodeImage> brokers(ClusterImage image) {
        return image.nodes().values().stream()
                .filter(node -> !node.fenced() && node.kafka().exists())
                .toList();
    }

    /** Where a node stands, or null if nobody said. */
    public static String rack(NodeImage node) {
        return node.member().rack().isEmpty() ? null : node.member().rack();
    }

    /** The replicas of a partition on nodes that clients cannot connect to. */
    public static List<Integer> offlineReplicas(ClusterImage image, PartitionImage partition) {
        return partition.replicas().stream()
                .filter(id -> {
                    NodeImage node = image.nodes().get(id);
                    return node == null || node.fenced();
                })
                .toList();
    }

    /** Converts a topic id to Kafka's type. */
    public static Uuid id(UUID id) {
        return new Uuid(id.getMostSignificantBits(), id.getLeastSignificantBits());
    }

    /** Converts a topic id from Kafka's type. */
    public static UUID id(Uuid id) {
        return new UUID(id.getMostSignificantBits(), id.getLeastSignificantBits());
    }
}
