package io.letterbox.cluster.port;

import io.letterbox.cluster.NodeIdentity;
import io.letterbox.cluster.Peer;
import io.letterbox.cluster.Probe;
import io.letterbox.cluster.Sighting;
import io.letterbox.cluster.birth.Birth;
import io.letterbox.metadata.Endpoint;
import io.letterbox.time.Clock;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import java.net.InetAddress;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Asks who is at every address where a node could be. Owned by one event loop; {@link #sightings} is read by any
 * thread.
 */
final class PeerProbes implements PortConnection.Listener {
    /** Nodes that are in no list: one that joins is found because it asks, or because others have seen it. */
    static final int MAX_HEARD_OF = 64;

    private static final long HEARD_OF_MS = 60_000;
    private static final long RESOLVE_MS = 2_000;
    private static final long PORTS_AGAIN_MS = 3_000;
    /** Then they are tried anew, as firewalls come and go. */
    private static final long PORTS_KEPT_MS = 30_000;

    private static final int CONNECT_MS = 1_000;

    private final Clock clock;
    private final NetClient client;
    private final SeedAddresses seeds;
    private final List<Endpoint> names;
    private final Supplier<Probe> self;
    private final Map<Endpoint, PortConnection> connections = new HashMap<>();
    private final Map<Endpoint, Long> heardOfMs = new HashMap<>();
    private final Map<NodeIdentity, Ports> ports = new HashMap<>();
    private final Map<Endpoint, String> refusals = new HashMap<>();
    /** Whose connection has ended since everybody was asked last. */
    private final Set<Endpoint> ended = new HashSet<>();

    private final Consumer<NodeIdentity> gone;
    private Collection<Endpoint> known = List.of();
    private Set<Endpoint> resolved = Set.of();
    private long resolvedMs = Long.MIN_VALUE / 2;

    // Written by the event loop, read by any thread.
    private final Map<Endpoint, Sighting> sightings = new ConcurrentHashMap<>();

    /**
     * Whether a node's other ports can be connected to.
     *
     * @param closed those that could not be; null until they were tried
     */
    private record Ports(long triedMs, List<Endpoint> closed) {}

    /** @param gone told of processes that were seen and have ended */
    PeerProbes(Vertx vertx, Clock clock, List<Endpoint> names, Supplier<Probe> self, Consumer<NodeIdentity> gone) {
        this.clock = clock;
        this.client = vertx.createNetClient(new NetClientOptions().setConnectTimeout(CONNECT_MS));
        this.seeds = new SeedAddresses(vertx, InetAddress::getAllByName);
        this.names = names;
        this.self = self;
        this.gone = gone;
    }

    /** The last answer of each address, whether old or new. */
    Collection<Sighting> sightings() {
        return sightings.values();
    }

    /** What was answered that no node answers, and names that lead nowhere: sentences. */
    List<String> troubles() {
        Set<String> troubles = new HashSet<>();
        refusals.forEach(
                (address, sentence) -> troubles.add(address.authority() + " is no node to talk to: " + sentence));
        seeds.unknown().forEach(name -> troubles.add("The name " + name + " in cluster.seeds leads to no address."));
        return troubles.stream().sorted().toList();
    }

    /** A node has told about itself and whom it sees, asked or not. */
    void heard(Probe probe) {
        hearOf(probe.peer().addresses().cluster());
        probe.others().forEach(this::hearOf);
    }

    private void hearOf(Endpoint address) {
        boolean room = heardOfMs.size() < MAX_HEARD_OF || heardOfMs.containsKey(address);
        if (room) heardOfMs.put(address, clock.elapsedMs());
    }

    /** Where nodes have answered lately. */
    List<Endpoint> seen() {
        long nowMs = clock.elapsedMs();
        return sightings.values().stream()
                .filter(sighting -> nowMs - sighting.atMs() <= Birth.FRESH_MS)
                .map(sighting -> sighting.probe().peer().addresses().cluster())
                .distinct()
                .limit(MAX_HEARD_OF)
                .toList();
    }

    /** Where other nodes are as the cluster has it written down. */
    void know(Collection<Endpoint> addresses) {
        known = List.copyOf(addresses);
    }

    /** Asks everybody. */
    void tick() {
        ended.clear();
        long nowMs = clock.elapsedMs();
        heardOfMs.values().removeIf(atMs -> nowMs - atMs > HEARD_OF_MS);
        Set<Endpoint> all = new HashSet<>(names);
        all.addAll(known);
        all.addAll(heardOfMs.keySet());
        if (nowMs - resolvedMs >= RESOLVE_MS || !all.equals(resolved)) {
            resolvedMs = nowMs;
            resolved = all;
            seeds.resolve(all);
        }
        Set<Endpoint> addresses = seeds.addresses();
        if (!addresses.isEmpty()) forget(addresses);
        Probe own = self.get();
        for (Endpoint address : addresses) {
            connections
                    .computeIfAbsent(address, each -> new PortConnection(client, each, this, clock::elapsedMs))
                    .probe(own);
        }
    }

    private void forget(Set<Endpoint> addresses) {
        connections.entrySet().removeIf(each -> {
            if (addresses.contains(each.getKey())) return false;
            each.getValue().close();
            return true;
        });
        sightings.keySet().retainAll(addresses);
        refusals.keySet().retainAll(addresses);
        long nowMs = clock.elapsedMs();
        ports.values().removeIf(tried -> nowMs - tried.triedMs() > PORTS_KEPT_MS);
    }

    @Override
    public void probed(Endpoint address, Probe probe, long roundTripMs) {
        refusals.remove(address);
        heard(probe);
        long aheadMs = probe.wallMs() - (clock.wallMs() - roundTripMs / 2);
        Sighting sighting = new Sighting(address, probe, clock.elapsedMs(), aheadMs, List.of());
        if (self.get().birth().phase().isMember()
                || probe.identity().equals(self.get().identity())) {
            sightings.put(address, sighting);
            return;
        }
        tryPorts(sighting);
        Ports tried = ports.get(probe.identity());
        // Whose ports nobody has tried yet is not there yet.
        if (tried == null || tried.closed() == null) return;
        sightings.put(address, new Sighting(address, probe, sighting.atMs(), aheadMs, tried.closed()));
    }

    private void tryPorts(Sighting sighting) {
        NodeIdentity identity = sighting.probe().identity();
        Ports before = ports.get(identity);
        if (before != null && (before.closed() == null || before.closed().isEmpty())) return;
        if (before != null && sighting.atMs() - before.triedMs() < PORTS_AGAIN_MS) return;
        ports.put(identity, new Ports(sighting.atMs(), before == null ? null : before.closed()));
        Endpoint raft = sighting.probe().peer().addresses().raft();
        client.connect(raft.port(), raft.host()).onComplete(done -> {
            if (done.succeeded()) done.result().close();
            ports.put(identity, new Ports(clock.elapsedMs(), done.succeeded() ? List.of() : List.of(raft)));
        });
    }

    @Override
    public void refused(Endpoint address, String sentence) {
        refusals.put(address, sentence);
    }

    /** The kernel of a process that ends closes its connections: whether one has ended is seen at once. */
    @Override
    public void ended(Endpoint address) {
        PortConnection connection = connections.get(address);
        if (connection != null && ended.add(address)) connection.probe(self.get());
    }

    /** A process that other nodes know listens for as long as it lives. */
    @Override
    public void nobody(Endpoint address) {
        if (!self.get().birth().phase().isMember()) return;
        Sighting last = sightings.remove(address);
        if (last == null) return;
        NodeIdentity process = last.probe().identity();
        boolean elsewhere = sightings.values().stream()
                .anyMatch(other -> other.probe().identity().equals(process));
        if (!elsewhere) gone.accept(process);
    }

    /** The connection on which a process has answered last; null if there is none. */
    PortConnection connectionTo(Peer peer) {
        for (Sighting sighting : sightings.values()) {
            if (!sighting.probe().identity().equals(peer.identity())) continue;
            PortConnection connection = connections.get(sighting.address());
            if (connection != null && connection.isOpen()) return connection;
        }
        return null;
    }

    void close() {
        connections.values().forEach(PortConnection::close);
        client.close();
    }
}
