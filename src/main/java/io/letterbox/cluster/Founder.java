package io.letterbox.cluster;

import java.util.UUID;

/** One of the nodes that a cluster began with, and the data directory that it had then. */
public record Founder(int node, UUID directoryId) implements Comparable<Founder> {
    /** Whether this start of a node has the founder's data directory. */
    public boolean is(NodeIdentity identity) {
        return node == identity.node() && directoryId.equals(identity.directoryId());
    }

    @Override
    public int compareTo(Founder other) {
        return node != other.node ? Integer.compare(node, other.node) : directoryId.compareTo(other.directoryId);
    }
}
