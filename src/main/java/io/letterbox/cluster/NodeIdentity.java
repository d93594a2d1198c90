package io.letterbox.cluster;

import java.util.UUID;

/**
 * One start of one node on one data directory.
 *
 * @param node the node's number, {@code node.id}
 * @param directoryId made at random together with the data directory: which disk this is
 * @param incarnation made at random at each start: which process this is
 */
public record NodeIdentity(int node, UUID directoryId, long incarnation) {
    /** Whether both have the same data directory, and so are starts of the same node. */
    public boolean hasDirectoryOf(NodeIdentity other) {
        return node == other.node && directoryId.equals(other.directoryId);
    }

    @Override
    public String toString() {
        return "node " + node + " (directory " + directoryId + ", start " + Long.toHexString(incarnation) + ")";
    }
}
