package io.letterbox;

import io.letterbox.config.LetterboxConfig;
import io.letterbox.telemetry.Meters;
import io.letterbox.telemetry.ProcessMetrics;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.transport.Transport;

/**
 * Vert.x and the meters that it reports to.
 *
 * @param eventLoops how many event loops there are
 */
record VertxAssembly(Vertx vertx, Meters meters, int eventLoops) {
    /** For scrapes and static files; storage and readers have threads of their own. */
    private static final int WORKERS = 4;

    static VertxAssembly start(LetterboxConfig config) {
        PrometheusMeterRegistry registry = ProcessMetrics.newRegistry();
        int eventLoops = eventLoops(config);
        VertxOptions options = new VertxOptions()
                .setEventLoopPoolSize(eventLoops)
                .setWorkerPoolSize(WORKERS)
                .setInternalBlockingPoolSize(WORKERS)
                // Nothing is served from files by Vert.x: its cache would only need a temporary directory.
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false));
        var builder = ProcessMetrics.meter(Vertx.builder(), options, registry);
        // io_uring is passed over on purpose: Vert.x turns file regions off with it.
        if (Transport.EPOLL != null && Transport.EPOLL.available()) builder.withTransport(Transport.EPOLL);
        return new VertxAssembly(builder.build(), new Meters(registry), eventLoops);
    }

    /** Half of the cores: the shards, the kernel and whoever talks to us need the others. */
    private static int eventLoops(LetterboxConfig config) {
        int configured = config.node().eventLoops();
        return configured > 0 ? configured : Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    }
}
