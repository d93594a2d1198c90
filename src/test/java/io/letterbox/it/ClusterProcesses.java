package io.letterbox.it;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Three servers in processes of their own that are one cluster: nodes 1, 2 and 3. Owned by the test's thread. */
public final class ClusterProcesses implements AutoCloseable {
    /** How many nodes there are; a replicated topic has a replica on each. */
    public static final int NODES = 3;

    private final List<ServerProcess> nodes = new ArrayList<>();

    private ClusterProcesses(Path directory, Consumer<ServerProcess> settings) {
        List<Integer> ports = new ArrayList<>();
        for (int node = 0; node < NODES; node++) ports.add(ServerProcess.freePort());
        String seeds = ports.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
        for (int node = 1; node <= NODES; node++) {
            ServerProcess process = ServerProcess.in(directory.resolve("node" + node))
                    .jvm("-Xmx256m")
                    .set("node.id", node)
                    .set("cluster.enabled", true)
                    .set("cluster.initialNodes", "1,2,3")
                    .set("cluster.seeds", seeds)
                    .set("cluster.port", ports.get(node - 1))
                    .set("cluster.raftPort", ServerProcess.freePort())
                    .set("cluster.busPort", ServerProcess.freePort())
                    .set("cluster.discoveryPort", ServerProcess.freePort());
            settings.accept(process);
            nodes.add(process);
        }
    }

    /** Starts the nodes with their data below a directory, and waits until the cluster is there and all are ready. */
    public static ClusterProcesses start(Path directory) {
        return start(directory, node -> {});
    }

    /** @param settings given each node before it starts */
    public static ClusterProcesses start(Path directory, Consumer<ServerProcess> settings) {
        ClusterProcesses cluster = new ClusterProcesses(directory, settings);
        try {
            cluster.startAll();
            return cluster;
        } catch (IllegalStateException notReady) {
            cluster.close();
            throw notReady;
        }
    }

    /** Starts all nodes at once, and waits until they are ready. */
    public void startAll() {
        nodes.forEach(ServerProcess::launch);
        nodes.forEach(ServerProcess::awaitReady);
    }

    /** SIGKILL for all nodes, one right after the other. */
    public void killAll() {
        nodes.forEach(ServerProcess::kill);
    }

    /** The nodes in the order of their ids. */
    public List<ServerProcess> nodes() {
        return List.copyOf(nodes);
    }

    /** @param id 1 or more */
    public ServerProcess node(int id) {
        return nodes.get(id - 1);
    }

    /** All nodes, for Kafka clients. */
    public String bootstrap() {
        return nodes.stream().map(ServerProcess::bootstrap).collect(Collectors.joining(","));
    }

    /** All nodes, for HTTP clients. */
    public List<URI> bases() {
        return nodes.stream().map(ServerProcess::base).toList();
    }

    /** What all nodes have printed, for the messages of failed tests. */
    public String output() {
        return nodes.stream()
                .map(node -> "---- node " + (nodes.indexOf(node) + 1) + "\n" + node.output())
                .collect(Collectors.joining());
    }

    @Override
    public void close() {
        nodes.forEach(ServerProcess::close);
    }
}
