package io.letterbox;

import io.letterbox.bus.ClusterFigures;
import io.letterbox.cli.Version;
import io.letterbox.cluster.CarriedPeers;
import io.letterbox.cluster.Leaders;
import io.letterbox.cluster.NodeAddresses;
import io.letterbox.cluster.NodeIdentity;
import io.letterbox.cluster.Peer;
import io.letterbox.cluster.PeerRequestKind;
import io.letterbox.cluster.Peers;
import io.letterbox.cluster.birth.BirthSelf;
import io.letterbox.cluster.birth.Membership;
import io.letterbox.cluster.hazelcast.BusAddresses;
import io.letterbox.cluster.hazelcast.HazelcastBus;
import io.letterbox.cluster.port.BirthRunner;
import io.letterbox.cluster.port.ClusterPort;
import io.letterbox.config.ClusterConfig;
import io.letterbox.config.LetterboxConfig;
import io.letterbox.disk.FileDisk;
import io.letterbox.metadata.Endpoint;
import io.letterbox.storage.DataDirectory;
import io.letterbox.text.FileTrouble;
import io.letterbox.time.Clock;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.VertxInternal;
import java.io.IOException;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The other nodes: found, begun a cluster with, and asked. Opened first, but for the port of Raft, which others try
 * before a cluster begins; closed last. Used by the thread that starts the server.
 */
final class PeersAssembly {
    private static final Logger LOG = LoggerFactory.getLogger(PeersAssembly.class);
    private static final long CLOSE_SECONDS = 10;
    private static final long REGISTRATION_MS = 2_000;

    /** Sessions of members are shorter. */
    private static final long ENDED_MS = 60_000;

    private final Vertx vertx;
    private final BirthRunner birth;
    private final ClusterPort port;
    private final HazelcastBus bus;
    private final Peers peers;
    private final Leaders leaders;
    private final long telling;

    /** When the processes of nodes have ended. */
    private final Map<Integer, Long> ended = new ConcurrentHashMap<>();

    private PeersAssembly(Vertx vertx, ClusterConfig config, Peer self, BirthRunner birth) {
        this.vertx = vertx;
        this.birth = birth;
        List<Endpoint> seeds = config.seedAddresses().stream()
                .map(seed -> new Endpoint(seed.host(), seed.port()))
                .toList();
        Endpoint listen = new Endpoint(config.host(), config.port());
        port = new ClusterPort(vertx, Clock.system(), listen, seeds, self, config.initialIds(), birth);
        BusAddresses at = new BusAddresses(
                config.host(), self.addresses().bus(), self.addresses().discovery());
        bus = new HazelcastBus(vertx, Clock.system(), self, at, port::peers, port::discovery);
        CarriedPeers carried = new CarriedPeers(vertx, self, port::peers, List.of(bus, port));
        port.onEnd(process -> {
            carried.ended(process);
            ended.put(process.node(), Clock.system().elapsedMs());
        });
        peers = carried;
        bus.tellUnheard(node -> peers.ask(node, PeerRequestKind.BUS_REGISTRATION, Buffer.buffer(), REGISTRATION_MS));
        peers.answer(PeerRequestKind.BUS_REGISTRATION, request -> {
            bus.registerAgain();
            return Future.succeededFuture(Buffer.buffer());
        });
        Context loop = ((VertxInternal) vertx).createEventLoopContext();
        leaders = new Leaders(peers, work -> loop.runOnContext(here -> work.run()));
        telling = vertx.setPeriodic(Leaders.REPEAT_MS, timer -> leaders.tell());
        birth.member().onSuccess(member -> bus.open(member.clusterId()));
    }

    /**
     * Opens {@code cluster.port}, and begins to look for the others.
     *
     * @param vertx not clustered
     * @param http where others reach the HTTP door
     * @param kafka where they reach the Kafka door; {@link Endpoint#NONE} if there is none
     * @throws IOException if the port cannot be used, or the data directory is another node's; the message says why
     */
    static PeersAssembly open(
            Vertx vertx, LetterboxConfig config, DataDirectory directory, Endpoint http, Endpoint kafka)
            throws IOException {
        NodeIdentity identity = new NodeIdentity(config.node().id(), directory.id(), new SecureRandom().nextLong());
        Peer self = new Peer(
                identity,
                addresses(config.cluster(), http, kafka),
                config.node().rack(),
                Version.read());
        boolean used = Files.exists(directory.layout().metadataLog());
        BirthSelf born = new BirthSelf(identity, config.cluster().initialIds(), used);
        BirthRunner birth =
                BirthRunner.open(vertx, new FileDisk(), directory.layout().cluster(), born);
        PeersAssembly assembly = new PeersAssembly(vertx, config.cluster(), self, birth);
        Throwable failure =
                assembly.port.open().transform(Future::succeededFuture).await().cause();
        if (failure == null) return assembly;
        assembly.close();
        throw new IOException(
                "Cannot listen on "
                        + new Endpoint(config.cluster().host(), config.cluster().port()).authority()
                        + " for other nodes (" + FileTrouble.reason(failure) + "). Is another process using this"
                        + " cluster.port, and is cluster.host an address of this machine?",
                failure);
    }

    private static NodeAddresses addresses(ClusterConfig config, Endpoint http, Endpoint kafka) {
        ClusterConfig.Ports ports = config.ports();
        String host = config.reachableHost();
        return new NodeAddresses(
                new Endpoint(host, ports.own()),
                new Endpoint(host, ports.raft()),
                new Endpoint(host, ports.bus()),
                new Endpoint(host, ports.discovery()),
                http,
                kafka);
    }

    /** The cluster, once the data directory belongs to one and says so; only then its groups are formed or joined. */
    Future<Membership> member() {
        return birth.member();
    }

    Peers peers() {
        return peers;
    }

    Leaders leaders() {
        return leaders;
    }

    /** The nodes whose process has ended within the last minute, and that have not been seen since. */
    Set<Integer> ended() {
        long nowMs = Clock.system().elapsedMs();
        ended.entrySet().removeIf(each -> nowMs - each.getValue() > ENDED_MS || peers.member(each.getKey()) != null);
        return Set.copyOf(ended.keySet());
    }

    /** Where other nodes are as the cluster has it written down, besides the seeds. */
    void know(Collection<Endpoint> addresses) {
        port.know(addresses);
    }

    /** What is waited for and what is wrong, for people; empty if all is well. */
    List<String> sentences() {
        return Stream.concat(birth.sentences().stream(), bus.sentences().stream())
                .toList();
    }

    /** The event bus, in figures. */
    ClusterFigures.Bus bus() {
        return new ClusterFigures.Bus(bus.isUp(), bus.deaf().size(), bus.ends());
    }

    /** How far the wall clocks of other nodes are ahead of this one's, by node; of those that have answered lately. */
    Map<Integer, Long> clocksAheadMs() {
        return port.clocksAheadMs();
    }

    /** Ends within some seconds, whatever the others do. */
    void close() {
        vertx.cancelTimer(telling);
        try {
            bus.close().await(CLOSE_SECONDS, TimeUnit.SECONDS);
            port.close().await(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | RuntimeException e) {
            LOG.warn("What connects this node with others did not close in time; it ends with the process", e);
        }
    }
}
