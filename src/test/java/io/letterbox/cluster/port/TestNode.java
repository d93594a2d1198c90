package io.letterbox.cluster.port;

import io.letterbox.cluster.CarriedPeers;
import io.letterbox.cluster.NodeAddresses;
import io.letterbox.cluster.NodeIdentity;
import io.letterbox.cluster.Peer;
import io.letterbox.cluster.PeerCarrier;
import io.letterbox.cluster.PeerRequestKind;
import io.letterbox.cluster.Peers;
import io.letterbox.cluster.birth.BirthSelf;
import io.letterbox.disk.FileDisk;
import io.letterbox.metadata.Endpoint;
import io.letterbox.storage.DataDirectory;
import io.letterbox.time.Clock;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** What a node has for others before it has Raft, a log or doors. */
public final class TestNode implements AutoCloseable {
    private final Vertx vertx = Vertx.vertx();
    private final DataDirectory directory;
    private final NetServer raft;
    private final Peer self;
    private final BirthRunner birth;
    private final ClusterPort port;
    private final List<PeerCarrier> carriers = new ArrayList<>();
    private Peers peers;

    /** Four ports that nobody uses. */
    public static NodeAddresses addresses() throws IOException {
        List<Endpoint> free = new ArrayList<>();
        List<ServerSocket> sockets = new ArrayList<>();
        for (int index = 0; index < 4; index++) {
            ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
            sockets.add(socket);
            free.add(new Endpoint("127.0.0.1", socket.getLocalPort()));
        }
        for (ServerSocket socket : sockets) socket.close();
        return new NodeAddresses(
                free.get(0), free.get(1), free.get(2), free.get(3), new Endpoint("127.0.0.1", 1), Endpoint.NONE);
    }

    /** @param others where the nodes are, this one included or not */
    public TestNode(int node, Path data, NodeAddresses at, List<Integer> initialNodes, List<NodeAddresses> others)
            throws IOException {
        directory = DataDirectory.open(data);
        raft = vertx.createNetServer().connectHandler(socket -> socket.handler(bytes -> {}));
        raft.listen(at.raft().port(), at.raft().host()).await();
        NodeIdentity identity = new NodeIdentity(
                node, directory.id(), ThreadLocalRandom.current().nextLong());
        self = new Peer(identity, at, "", "1.0");
        BirthSelf born = new BirthSelf(identity, initialNodes, false);
        birth = BirthRunner.open(vertx, new FileDisk(), directory.layout().cluster(), born);
        List<Endpoint> seeds = others.stream().map(NodeAddresses::cluster).toList();
        port = new ClusterPort(vertx, Clock.system(), at.cluster(), seeds, self, initialNodes, birth);
    }

    /** Another way to the others, to be preferred to what was added later and to {@code cluster.port}. */
    public void carry(PeerCarrier carrier) {
        carriers.add(carrier);
    }

    public TestNode open() {
        carriers.add(port);
        CarriedPeers carried = new CarriedPeers(vertx, self, port::peers, carriers);
        port.onEnd(carried::ended);
        peers = carried;
        peers.answer(PeerRequestKind.PING, request -> Future.succeededFuture(request.body()));
        port.open().await();
        return this;
    }

    public Vertx vertx() {
        return vertx;
    }

    public Peer self() {
        return self;
    }

    public BirthRunner birth() {
        return birth;
    }

    public ClusterPort port() {
        return port;
    }

    public Peers peers() {
        return peers;
    }

    public boolean isMember() {
        return birth.report().phase().isMember();
    }

    /** Ends as a process that is killed, as far as others can tell. */
    @Override
    public void close() throws IOException {
        port.close().await();
        vertx.close().await();
        directory.close();
    }
}
