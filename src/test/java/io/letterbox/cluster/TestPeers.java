package io.letterbox.cluster;

import io.letterbox.metadata.Endpoint;
import java.util.UUID;

/** Nodes for tests, made from their numbers. */
public final class TestPeers {
    private TestPeers() {}

    /** Its first start, on its first directory. */
    public static Peer peer(int node) {
        return peer(node, 1, 1);
    }

    public static Peer peer(int node, int directory, int incarnation) {
        return new Peer(identity(node, directory, incarnation), addresses(node), "rack-" + node, "1.0");
    }

    public static NodeIdentity identity(int node, int directory, int incarnation) {
        return new NodeIdentity(node, new UUID(node, directory), incarnation);
    }

    public static NodeAddresses addresses(int node) {
        String host = "node" + node;
        return new NodeAddresses(
                new Endpoint(host, 7001),
                new Endpoint(host, 7002),
                new Endpoint(host, 7003),
                new Endpoint(host, 7004),
                new Endpoint(host, 8080),
                Endpoint.NONE);
    }
}
