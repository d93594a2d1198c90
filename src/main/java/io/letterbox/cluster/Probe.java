package io.letterbox.cluster;

import java.util.List;

/**
 * What a node answers to whoever asks who it is.
 *
 * @param initialNodes {@code cluster.initialNodes}, sorted
 * @param wallMs its wall clock as it answered, in milliseconds since 1970
 */
public record Probe(Peer peer, List<Integer> initialNodes, BirthReport birth, long wallMs) {
    public Probe {
        initialNodes = initialNodes.stream().sorted().toList();
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
