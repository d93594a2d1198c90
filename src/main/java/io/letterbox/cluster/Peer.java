package io.letterbox.cluster;

/**
 * Another node, as it has told about itself.
 *
 * @param identity which start of which node
 * @param rack {@code node.rack}; empty where none is set
 * @param version the version of Letterbox that it runs
 */
public record Peer(NodeIdentity identity, NodeAddresses addresses, String rack, String version) {
    /** The node's number. */
    public int node() {
        return identity.node();
    }
}
