package io.letterbox.kafka;

import io.letterbox.config.KafkaConfig;
import io.letterbox.ingress.DoorServices;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.util.concurrent.TimeUnit;

/** The Kafka server of one event loop. Deploy one per event loop; Vert.x distributes the connections. */
public final class KafkaVerticle extends VerticleBase {
    /**
     * The port number with which all instances share one free port, where 0 would give each its own. It differs from
     * the number of the HTTP servers, which would make them one server.
     */
    private static final int ANY_SHARED_PORT = -2;

    private final DoorServices backend;
    private final KafkaSockets sockets;

    // Owned by the event loop.
    private NetServer server;
    private KafkaEventLoop loop;

    /** @param sockets shared by all instances */
    public KafkaVerticle(DoorServices backend, KafkaSockets sockets) {
        this.backend = backend;
        this.sockets = sockets;
    }

    @Override
    public Future<?> start() {
        loop = new KafkaEventLoop(backend, new ApiTable(backend, vertx), vertx);
        server = vertx.createNetServer(options()).connectHandler(this::onConnect);
        return server.listen().onSuccess(listening -> sockets.listening(listening.actualPort()));
    }

    /**
     * Answers what can be answered within the time; after that no connection is open. From any thread.
     *
     * @return completes on the event loop of this verticle
     */
    public Future<Void> drain(long millis) {
        Promise<Void> drained = Promise.promise();
        context.runOnContext(go -> {
            loop.drain();
            sockets.closing();
            server.shutdown(millis, TimeUnit.MILLISECONDS).onComplete(drained);
        });
        return drained.future();
    }

    private NetServerOptions options() {
        KafkaConfig config = backend.config().kafka();
        return new NetServerOptions()
                .setHost(config.host())
                .setPort(config.port() == 0 ? ANY_SHARED_PORT : config.port())
                .setTcpNoDelay(true)
                .setIdleTimeout(config.idleTimeoutSeconds())
                .setIdleTimeoutUnit(TimeUnit.SECONDS);
    }

    private void onConnect(NetSocket socket) {
        if (!sockets.acceptsConnections()) {
            socket.close();
            return;
        }
        KafkaConnection connection = new KafkaConnection((NetSocketInternal) socket, context, loop);
        socket.closeHandler(closed -> connection.onClosed());
        connection.start();
    }
}
