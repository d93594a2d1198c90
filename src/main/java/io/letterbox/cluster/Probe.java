package io.letterbox.cluster;

import io.letterbox.metadata.Endpoint;
import java.util.List;

/**
 * What a node answers to whoever asks who it is.
 *
 * @param initialNodes {@code cluster.initialNodes}, sorted
 * @param wallMs its wall clock as it answered, in milliseconds since 1970
 * @param others where it sees other nodes: a node that knows one seed finds all
 */
public record Probe(Peer peer, List<Integer> initialNodes, BirthReport birth, long wallMs, List<Endpoint> others) {
    public Probe {
        initialNodes = initialNodes.stream().sorted().toList();
        others = List.copyOf(others);
    }

    /** Which start of which node has answered. */
    public NodeIdentity identity() {
        return peer.identity();
    }

    /** The node's number. */
    public int node() {
        return peer.node();
    }
}
