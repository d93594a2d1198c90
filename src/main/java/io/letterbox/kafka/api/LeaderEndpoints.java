package io.letterbox.kafka.api;

import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.NodeImage;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The endpoints of those nodes that lead partitions which a client has asked the wrong node for, each once: with them
 * the client need not ask for the metadata first (KIP-951). Owned by one event loop.
 */
public final class LeaderEndpoints {
    private final Map<Integer, NodeImage> nodes = new LinkedHashMap<>();

    /** Adds a partition's leader, if clients can connect to it. */
    public void add(ClusterImage image, int leader) {
        NodeImage node = image.nodes().get(leader);
        if (node != null && node.kafka().exists()) nodes.put(leader, node);
    }

    /** The endpoints, in the form of a response. */
    public <E> Stream<E> map(Function<NodeImage, E> form) {
        return nodes.values().stream().map(form);
    }
}
