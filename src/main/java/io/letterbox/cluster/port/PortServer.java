package io.letterbox.cluster.port;

import io.letterbox.cluster.Peers;
import io.letterbox.cluster.Probe;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers other nodes at {@code cluster.port}. Owned by one event loop. */
final class PortServer {
    private static final Logger LOG = LoggerFactory.getLogger(PortServer.class);
    /** More are closed as they come: a cluster has fewer nodes. */
    static final int MAX_CONNECTIONS = 256;
    /** Whoever has not said by then that he is a node is none. */
    static final long GREETING_MS = 5_000;
    /** Nodes ask at least every few seconds. */
    private static final int IDLE_SECONDS = 30;

    private static final String STRANGER = "This is the cluster.port of a Letterbox node: only other nodes of version 1"
            + " of its protocol are answered here. Clients connect to http.port or kafka.port.\n";

    private final Vertx vertx;
    private final Supplier<Probe> self;
    private final Consumer<Probe> askers;
    private final NetServer server;
    private Function<Buffer, Future<Buffer>> requests =
            envelope -> Future.failedFuture("requests are not answered yet");
    private int connections;

    /**
     * @param self what this node tells about itself
     * @param askers is told who has asked
     */
    PortServer(Vertx vertx, Supplier<Probe> self, Consumer<Probe> askers) {
        this.vertx = vertx;
        this.self = self;
        this.askers = askers;
        this.server = vertx.createNetServer(new NetServerOptions()
                .setReuseAddress(true)
                .setTcpKeepAlive(true)
                .setIdleTimeout(IDLE_SECONDS)
                .setIdleTimeoutUnit(TimeUnit.SECONDS));
    }

    /** Has requests answered from now on, envelope by envelope. */
    void answer(Function<Buffer, Future<Buffer>> answered) {
        requests = answered;
    }

    /** Listens, on the event loop of the caller. */
    Future<Integer> listen(String host, int port) {
        server.connectHandler(this::connected);
        return server.listen(port, host).map(NetServer::actualPort);
    }

    Future<Void> close() {
        return server.close();
    }

    private void connected(NetSocket socket) {
        if (connections >= MAX_CONNECTIONS) {
            socket.end(Frame.refused(
                            "This node has " + MAX_CONNECTIONS + " connections of other nodes, and takes no" + " more.")
                    .encode());
            return;
        }
        connections++;
        new Connection(socket);
    }

    /** One connection of another node. */
    private final class Connection {
        private final NetSocket socket;
        private final Context context = vertx.getOrCreateContext();
        private final long stranger;
        private boolean greeted;
        private boolean asked;
        private boolean ended;
        /** Requests that are not answered yet. */
        private int open;

        Connection(NetSocket socket) {
            this.socket = socket;
            this.stranger = vertx.setTimer(GREETING_MS, late -> refuse("Nothing was asked in time."));
            socket.setWriteQueueMaxSize(Frame.MAX_BYTES);
            socket.handler(Frame.reader(true, this::received, this::refuse));
            socket.exceptionHandler(broken -> LOG.debug("A connection of {} broke", socket.remoteAddress(), broken));
            socket.closeHandler(closed -> {
                connections--;
                ended = true;
                vertx.cancelTimer(stranger);
            });
        }

        private void received(Frame frame) {
            if (ended) return;
            if (!greeted) {
                greet(frame.payload());
            } else if (frame.type() == Frame.PROBE) {
                probe(frame);
            } else if (frame.type() == Frame.REQUEST && asked) {
                request(frame);
            } else {
                refuse("A frame of type " + frame.type() + " is not answered here.");
            }
        }

        private void greet(Buffer greeting) {
            greeted = greeting.equals(Frame.GREETING);
            if (greeted) return;
            ended = true;
            LOG.warn("{} speaks another protocol than nodes do to each other", socket.remoteAddress());
            socket.end(Buffer.buffer(STRANGER));
        }

        private void probe(Frame frame) {
            try {
                askers.accept(ProbeCodec.decode(frame.payload()));
            } catch (IllegalArgumentException e) {
                refuse(e.getMessage());
                return;
            }
            asked = true;
            vertx.cancelTimer(stranger);
            send(new Frame(Frame.PROBED, frame.number(), ProbeCodec.encode(self.get())));
        }

        private void request(Frame frame) {
            if (open >= Peers.MAX_REQUESTS) {
                refuse("More than " + Peers.MAX_REQUESTS + " requests are not answered yet.");
                return;
            }
            open++;
            requests.apply(frame.payload())
                    .onComplete(done -> context.runOnContext(here -> {
                        open--;
                        if (ended) return;
                        if (done.succeeded()) {
                            send(new Frame(Frame.ANSWER, frame.number(), done.result()));
                        } else {
                            refuse(done.cause().getMessage());
                        }
                    }));
        }

        /** Reads no more while the other side does not. */
        private void send(Frame frame) {
            socket.write(frame.encode());
            if (!socket.writeQueueFull()) return;
            socket.pause();
            socket.drainHandler(drained -> socket.resume());
        }

        private void refuse(String sentence) {
            if (ended) return;
            ended = true;
            LOG.warn("The connection of {} ends: {}", socket.remoteAddress(), sentence);
            socket.end(Frame.refused(sentence).encode());
        }
    }
}
