package io.letterbox;

import io.letterbox.config.HttpConfig;
import io.letterbox.config.KafkaConfig;
import io.letterbox.config.LetterboxConfig;
import io.letterbox.entrance.DoorLimits;
import io.letterbox.entrance.Entrance;
import io.letterbox.entrance.GuardedTransport;
import io.letterbox.http.HttpVerticle;
import io.letterbox.telemetry.Meters;
import io.letterbox.telemetry.ProcessMetrics;
import io.letterbox.telemetry.ThreadKind;
import io.letterbox.telemetry.ThreadWatch;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.util.concurrent.EventExecutor;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.transport.Transport;
import java.util.concurrent.TimeUnit;

/**
 * Vert.x and the meters that it reports to.
 *
 * @param threads watches the event loops, and the threads that are added to it, once it is started
 * @param entrances the transport that limits connections
 * @param eventLoops the number of event loops
 */
record VertxAssembly(Vertx vertx, Meters meters, ThreadWatch threads, GuardedTransport entrances, int eventLoops) {
    /** For scrapes and static files; storage and readers have threads of their own. */
    private static final int WORKERS = 4;

    /** Turns Vert.x' check off: {@link ThreadWatch} watches all threads that matter. */
    private static final long NO_CHECK_OF_VERTX_MS = TimeUnit.DAYS.toMillis(365);

    static VertxAssembly start(LetterboxConfig config) {
        PrometheusMeterRegistry registry = ProcessMetrics.newRegistry();
        int eventLoops = eventLoops(config);
        VertxOptions options = new VertxOptions()
                .setEventLoopPoolSize(eventLoops)
                .setWorkerPoolSize(WORKERS)
                .setInternalBlockingPoolSize(WORKERS)
                .setBlockedThreadCheckInterval(NO_CHECK_OF_VERTX_MS)
                // Vert.x serves no files, so its cache would only need a temporary directory.
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false));
        var builder = ProcessMetrics.meter(Vertx.builder(), options, registry);
        GuardedTransport transport = new GuardedTransport(
                transport(),
                limits(config.http()),
                limits(config.kafka()),
                HttpVerticle.connectionInitializer(config.http()));
        Meters meters = new Meters(registry);
        bind(meters, transport.http());
        bind(meters, transport.kafka());
        Vertx vertx = builder.withTransport(transport).build();
        return new VertxAssembly(
                vertx, meters, watched((VertxInternal) vertx, new ThreadWatch(meters)), transport, eventLoops);
    }

    private static ThreadWatch watched(VertxInternal vertx, ThreadWatch threads) {
        int number = 0;
        for (EventExecutor loop : vertx.eventLoopGroup()) {
            threads.watch("event-loop-" + number++, ThreadKind.EVENT_LOOP, loop);
        }
        for (EventExecutor loop : vertx.acceptorEventLoopGroup()) {
            threads.watch("acceptor", ThreadKind.EVENT_LOOP, loop);
        }
        return threads;
    }

    private static Transport transport() {
        // io_uring is not used on purpose: Vert.x turns file regions off with it.
        if (Transport.EPOLL != null && Transport.EPOLL.available()) return Transport.EPOLL;
        return Transport.NIO;
    }

    private static DoorLimits limits(HttpConfig http) {
        return new DoorLimits(
                "http", http.maxConnections(), http.maxConnectionsPerAddress(), http.maxSilentPerAddress());
    }

    private static DoorLimits limits(KafkaConfig kafka) {
        return new DoorLimits(
                "kafka", kafka.maxConnections(), kafka.maxConnectionsPerAddress(), kafka.maxSilentPerAddress());
    }

    private static void bind(Meters meters, Entrance entrance) {
        meters.bindConnections(
                entrance.limits().section(),
                entrance::open,
                () -> entrance.limits().maxConnections(),
                entrance::silent,
                entrance::refused);
    }

    /** Half of the cores: the shards, the kernel and the clients on this machine need the others. */
    private static int eventLoops(LetterboxConfig config) {
        int configured = config.node().eventLoops();
        return configured > 0 ? configured : Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    }
}
