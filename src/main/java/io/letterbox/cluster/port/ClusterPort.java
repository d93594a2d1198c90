package io.letterbox.cluster.port;

import io.letterbox.cluster.BirthReport;
import io.letterbox.cluster.NodeIdentity;
import io.letterbox.cluster.Peer;
import io.letterbox.cluster.PeerCarrier;
import io.letterbox.cluster.PeerException;
import io.letterbox.cluster.Probe;
import io.letterbox.cluster.Sighting;
import io.letterbox.cluster.birth.Birth;
import io.letterbox.metadata.Endpoint;
import io.letterbox.time.Clock;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.VertxInternal;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code cluster.port}: tells who this node is, finds out who the others are, has the cluster begun with them, and
 * carries requests where the event bus does not. It works from the first moment of a start, and needs neither Hazelcast
 * nor Raft; only the port of Raft has to be open before a cluster can begin, since others try it. Any thread, but for
 * what happens on its event loop.
 */
public final class ClusterPort implements PeerCarrier {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterPort.class);

    /** How often everybody is asked until there is a cluster, and then. */
    private static final long SEEKING_MS = 200;

    private static final long MEMBER_MS = 1_000;

    private final Vertx vertx;
    private final Clock clock;
    private final Peer self;
    private final List<Integer> initialNodes;
    private final Endpoint listen;
    private final BirthRunner birth;
    private final Context context;
    private final PortServer server;
    private final PeerProbes probes;
    /** Which process a node's requests go to while it goes on answering: of two with one id, the first. */
    private final Map<Integer, NodeIdentity> chosen = new ConcurrentHashMap<>();

    private volatile boolean closed;
    private volatile Consumer<NodeIdentity> onEnd = process -> {};

    /**
     * @param vertx not clustered
     * @param listen the host and port to listen on
     * @param seeds where other nodes may be: names and their {@code cluster.port}
     * @param self what other nodes are told about this one
     * @param initialNodes {@code cluster.initialNodes}
     */
    public ClusterPort(
            Vertx vertx,
            Clock clock,
            Endpoint listen,
            List<Endpoint> seeds,
            Peer self,
            List<Integer> initialNodes,
            BirthRunner birth) {
        this.vertx = vertx;
        this.clock = clock;
        this.listen = listen;
        this.self = self;
        this.initialNodes = initialNodes;
        this.birth = birth;
        this.context = ((VertxInternal) vertx).createEventLoopContext();
        this.probes = new PeerProbes(vertx, clock, seeds, this::probe, this::ended);
        this.server = new PortServer(vertx, this::probe, probes::heard);
    }

    private void ended(NodeIdentity process) {
        LOG.info("The process of {} has ended", process);
        onEnd.accept(process);
    }

    /** Has somebody told of processes of other nodes that have ended, on this port's event loop. */
    public void onEnd(Consumer<NodeIdentity> listener) {
        onEnd = listener;
    }

    /** Listens, and begins to ask. Fails if the port cannot be used. */
    public Future<Void> open() {
        return onLoop(() -> server.listen(listen.host(), listen.port())
                .onSuccess(port -> tick())
                .mapEmpty());
    }

    private <T> Future<T> onLoop(Supplier<Future<T>> work) {
        Promise<T> done = Promise.promise();
        context.runOnContext(here -> work.get().onComplete(done));
        return done.future();
    }

    private void tick() {
        if (closed) return;
        try {
            probes.tick();
            birth.step(probes.sightings(), probes.troubles(), clock.elapsedMs());
        } catch (RuntimeException e) {
            LOG.error("Looking for other nodes failed; it goes on", e);
        }
        vertx.setTimer(birth.report().phase().isMember() ? MEMBER_MS : SEEKING_MS, timer -> tick());
    }

    private Probe probe() {
        return new Probe(self, initialNodes, birth.report(), clock.wallMs(), probes.seen());
    }

    /** Where other nodes are as the cluster has it written down, besides the seeds. */
    public void know(Collection<Endpoint> addresses) {
        context.runOnContext(here -> probes.know(addresses));
    }

    /** What every address has answered last, whether old or new. */
    public Collection<Sighting> sightings() {
        return probes.sightings();
    }

    /** The other nodes of this node's cluster that have answered lately; none before there is one. */
    public Collection<Peer> peers() {
        BirthReport own = birth.report();
        if (!own.phase().isMember()) return List.of();
        long nowMs = clock.elapsedMs();
        Map<Integer, Peer> peers = new HashMap<>();
        for (Sighting sighting : probes.sightings()) {
            Probe probe = sighting.probe();
            boolean counts = isFresh(sighting, nowMs) && probe.birth().wants(own.clusterId());
            if (!counts || probe.node() == self.node()) continue;
            Peer before = peers.get(probe.node());
            if (before == null || probe.identity().equals(chosen.get(probe.node()))) {
                peers.put(probe.node(), probe.peer());
            }
        }
        peers.forEach((node, peer) -> chosen.put(node, peer.identity()));
        return peers.values();
    }

    /**
     * How far the wall clocks of the nodes that {@link #peers} has are ahead of this one's, in milliseconds by node;
     * negative for those that are behind.
     */
    public Map<Integer, Long> clocksAheadMs() {
        Collection<Peer> peers = peers();
        Map<Integer, Long> aheadMs = new HashMap<>();
        for (Sighting sighting : probes.sightings()) {
            Peer peer = sighting.probe().peer();
            if (peers.contains(peer)) aheadMs.put(peer.node(), sighting.aheadMs());
        }
        return aheadMs;
    }

    /**
     * Where Hazelcast may be on other nodes of this node's cluster that have answered lately: as they say, and at the
     * address where they have answered.
     */
    public Collection<Endpoint> discovery() {
        Set<Endpoint> discovery = new LinkedHashSet<>();
        Collection<Peer> peers = peers();
        for (Peer peer : peers) discovery.add(peer.addresses().discovery());
        for (Sighting sighting : probes.sightings()) {
            Peer peer = sighting.probe().peer();
            if (!peers.contains(peer)) continue;
            discovery.add(new Endpoint(
                    sighting.address().host(), peer.addresses().discovery().port()));
        }
        return discovery;
    }

    private static boolean isFresh(Sighting sighting, long nowMs) {
        return nowMs - sighting.atMs() <= Birth.FRESH_MS;
    }

    @Override
    public String name() {
        return "cluster.port";
    }

    @Override
    public boolean carriesBulk() {
        return true;
    }

    @Override
    public boolean reaches(Peer peer) {
        long nowMs = clock.elapsedMs();
        return probes.sightings().stream()
                .anyMatch(sighting ->
                        isFresh(sighting, nowMs) && sighting.probe().identity().equals(peer.identity()));
    }

    @Override
    public Future<Buffer> send(Peer to, Buffer envelope, long timeoutMs) {
        return onLoop(() -> {
            PortConnection connection = probes.connectionTo(to);
            if (connection != null) return connection.request(to.node(), envelope);
            return Future.failedFuture(PeerException.notSent(to.node(), "there is no connection to it"));
        });
    }

    @Override
    public void receive(Function<Buffer, Future<Buffer>> handler) {
        context.runOnContext(here -> server.answer(handler));
    }

    /** Stops asking and answering. */
    public Future<Void> close() {
        closed = true;
        return onLoop(() -> {
            probes.close();
            return server.close();
        });
    }
}
