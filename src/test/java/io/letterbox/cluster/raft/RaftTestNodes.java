package io.letterbox.cluster.raft;

import io.letterbox.cluster.PeerException;
import io.letterbox.disk.FileDisk;
import io.letterbox.metadata.Endpoint;
import io.letterbox.metadata.Limits;
import io.letterbox.metadata.MetadataMachine;
import io.letterbox.metadata.ReplicaId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** Some Raft nodes in this process, each with a directory and a port of its own, and what they have opened. */
final class RaftTestNodes implements AutoCloseable {
    static final String CLUSTER = "cluster";

    private final Path root;
    private final List<RaftMember> members = new ArrayList<>();
    private final Map<Integer, RaftNode> nodes = new ConcurrentHashMap<>();
    private final Map<Integer, RaftMetadataLog> logs = new ConcurrentHashMap<>();

    RaftTestNodes(Path root, int count) throws IOException {
        this.root = root;
        List<ServerSocket> held = new ArrayList<>();
        for (int node = 1; node <= count; node++) {
            ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            held.add(socket);
            Endpoint address = new Endpoint("127.0.0.1", socket.getLocalPort());
            members.add(new RaftMember(new ReplicaId(node, new UUID(7, node)), address, true));
        }
        for (ServerSocket socket : held) socket.close();
    }

    List<RaftMember> members() {
        return members;
    }

    RaftNode node(int id) {
        return nodes.get(id);
    }

    RaftMetadataLog log(int id) {
        return logs.get(id);
    }

    Path directory(int id) {
        return root.resolve("node" + id);
    }

    RaftNode start(int id) throws IOException {
        RaftMember self = members.get(id - 1);
        RaftNode node = RaftNode.start(new RaftOptions(self.replica(), self.address(), directory(id), 150, 300));
        nodes.put(id, node);
        return node;
    }

    RaftMetadataLog openMetadata(int id, boolean isNew, Limits limits) throws IOException {
        RaftMetadataLog log = RaftMetadataLog.open(
                nodes.get(id),
                new RaftMetadataLog.Opening(CLUSTER, new FileDisk(), members, isNew),
                new MetadataMachine(limits, Map.of()),
                this::forward);
        logs.put(id, log);
        return log;
    }

    private CompletableFuture<byte[]> forward(int node, byte[] proposal) {
        RaftMetadataLog log = logs.get(node);
        if (log == null) return CompletableFuture.failedFuture(PeerException.notSent(node, "it is not there"));
        return log.answer(proposal).toCompletableFuture();
    }

    /** The node that all that are there believe to be the controller; -1 while they differ. */
    int controller() {
        for (Map.Entry<Integer, RaftMetadataLog> each : logs.entrySet()) {
            if (each.getValue().isController()) return each.getKey();
        }
        return -1;
    }

    /** Ends a node as a process would that is told to stop. */
    void stop(int id) {
        logs.remove(id);
        RaftNode node = nodes.remove(id);
        if (node != null) node.close();
    }

    @Override
    public void close() {
        // Closing waits for connections, so all do it at once.
        List.copyOf(nodes.keySet()).parallelStream().forEach(this::stop);
    }
}
