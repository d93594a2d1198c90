package io.letterbox.metadata;

import java.util.UUID;

/**
 * Who holds a replica: a node with the disk that it has, because a node that comes back with an empty disk has none of
 * what it promised.
 *
 * @param node the node's id
 * @param directory made at random with the data directory; {@link #ALONE} of a server that stands alone
 */
public record ReplicaId(int node, UUID directory) {
    /** Stands for the only directory of a server that stands alone. */
    public static final UUID ALONE = new UUID(0, 0);

    /** What Raft calls this replica in all its groups. */
    public String peer() {
        return node + "-" + directory;
    }

    /**
     * The replica that Raft calls so.
     *
     * @throws IllegalArgumentException if nothing is called so
     */
    public static ReplicaId ofPeer(String peer) {
        int dash = peer.indexOf('-');
        if (dash < 1) throw new IllegalArgumentException(peer);
        return new ReplicaId(Integer.parseInt(peer.substring(0, dash)), UUID.fromString(peer.substring(dash + 1)));
    }
}
