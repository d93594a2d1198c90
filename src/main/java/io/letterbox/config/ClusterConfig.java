package io.letterbox.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How this node works together with others. Without {@code enabled} it stands alone, and nothing else here matters.
 *
 * @param enabled whether it belongs to a cluster
 * @param initialNodes the {@code node.id}s of those that begin the cluster, the same list on all of them; a node that
 *     is not in it joins
 * @param seeds where other nodes may be found, {@code host:port} with their {@code cluster.port}
 * @param host the address to listen on for other nodes, a name or an IP address
 * @param port for questions of other nodes, 1 to 65535
 * @param raftPort for what the nodes agree on and replicate, 0 (the port after {@code port}) to 65535
 * @param busPort for what the nodes tell each other, 0 (the port after {@code raftPort}) to 65535
 * @param discoveryPort for who is there, 0 (the port after {@code busPort}) to 65535
 * @param advertisedHost the host that other nodes are told to connect to; empty for {@code host}
 * @param shardsPerNode how many shards each node leads for the usual replication factor, 1 to 16
 * @param copyBytesPerSecond how many bytes per second this node fetches to fill replicas of its own, 64 KiB or more
 */
public record ClusterConfig(
        boolean enabled,
        List<String> initialNodes,
        List<String> seeds,
        String host,
        int port,
        int raftPort,
        int busPort,
        int discoveryPort,
        String advertisedHost,
        int shardsPerNode,
        long copyBytesPerSecond) {
    private static final Set<String> WILDCARDS = Set.of("0.0.0.0", "::", "[::]", "0:0:0:0:0:0:0:0");
    private static final String NODES = "a list of node ids, whole numbers from 1, each once, such as [1, 2, 3]";

    public ClusterConfig {
        Check.notBlank("cluster.host", host, "a host name or an IP address, such as 127.0.0.1 or 0.0.0.0");
        Check.range("cluster.port", port, 1, 65535);
        Check.range("cluster.raftPort", raftPort, 0, 65535);
        Check.range("cluster.busPort", busPort, 0, 65535);
        Check.range("cluster.discoveryPort", discoveryPort, 0, 65535);
        Check.present("cluster.advertisedHost", advertisedHost, "a host name or an IP address, or nothing");
        Check.range("cluster.shardsPerNode", shardsPerNode, 1, 16);
        Check.range("cluster.copyBytesPerSecond", copyBytesPerSecond, 64 << 10, 1L << 40);
        initialNodes = List.copyOf(initialNodes);
        Set<Integer> ids = new HashSet<>();
        for (String node : initialNodes) {
            int id = id(node);
            if (id < 1 || !ids.add(id)) throw new InvalidSetting("cluster.initialNodes", node, NODES);
        }
        seeds = List.copyOf(seeds);
        for (String seed : seeds) {
            if (Seed.parse(seed) == null) {
                throw new InvalidSetting(
                        "cluster.seeds",
                        seed,
                        "a list of hosts, each with its cluster.port, such as [node1.example.org:7400, 10.0.0.2:7400,"
                                + " '[fd00::3]:7400']");
            }
        }
        if (enabled) checkWhole(initialNodes, seeds, host, advertisedHost);
    }

    /**
     * The ports that are listened on.
     *
     * @param own for questions of other nodes and for copies
     * @param raft for what the nodes agree on and replicate
     * @param bus for what the nodes tell each other
     * @param discovery for who is there
     */
    public record Ports(int own, int raft, int bus, int discovery) {}

    /**
     * The ports, with those that follow another one.
     *
     * @throws InvalidSetting where one would follow the last there is
     */
    public Ports ports() {
        int raft = after("cluster.raftPort", raftPort, port);
        int bus = after("cluster.busPort", busPort, raft);
        return new Ports(port, raft, bus, after("cluster.discoveryPort", discoveryPort, bus));
    }

    /** The numbers of {@code initialNodes}. */
    public List<Integer> initialIds() {
        return initialNodes.stream().map(ClusterConfig::id).toList();
    }

    /** The {@code seeds}, parsed. */
    public List<Seed> seedAddresses() {
        return seeds.stream().map(Seed::parse).toList();
    }

    /** The host that other nodes are told to connect to. */
    public String reachableHost() {
        return advertisedHost.isBlank() ? host : advertisedHost;
    }

    /** What is allowed and seldom wise, a sentence each. */
    List<String> warnings() {
        List<String> doubts = new ArrayList<>();
        if (enabled && initialNodes.size() == 2) {
            doubts.add(
                    "cluster.initialNodes names 2 nodes: while one of them is away, nothing can be written or changed"
                            + " on the other. Three nodes go on when one is away.");
        }
        return doubts;
    }

    static ClusterConfig standard() {
        return new ClusterConfig(false, List.of(), List.of(), "127.0.0.1", 7400, 0, 0, 0, "", 2, 50 << 20);
    }

    /** What only matters for a node that belongs to a cluster. */
    private static void checkWhole(List<String> initialNodes, List<String> seeds, String host, String advertisedHost) {
        if (initialNodes.isEmpty() && seeds.isEmpty()) {
            throw new InvalidSetting(
                    "cluster.initialNodes",
                    "",
                    "with cluster.enabled " + NODES
                            + "; or cluster.seeds says where a cluster is that this node joins");
        }
        if (initialNodes.size() > 1 && seeds.isEmpty()) {
            throw new InvalidSetting(
                    "cluster.seeds", "", "with several cluster.initialNodes where to find the others, host:port each");
        }
        if (advertisedHost.isBlank() && WILDCARDS.contains(host)) {
            throw new InvalidSetting(
                    "cluster.advertisedHost",
                    advertisedHost,
                    "the name or address under which the other nodes reach this one, because cluster.host " + host
                            + " is none");
        }
    }

    /** A port, where 0 stands for the one after another. */
    private static int after(String key, int port, int before) {
        if (port != 0) return port;
        if (before == 65_535) throw new InvalidSetting(key, port, "a port, because there is none after 65535");
        return before + 1;
    }

    private static int id(String text) {
        try {
            return Integer.parseInt(text.strip());
        } catch (NumberFormatException notANumber) {
            return -1;
        }
    }
}
