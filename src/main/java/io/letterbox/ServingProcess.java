package io.letterbox;

import io.letterbox.cli.ExitCode;
import io.letterbox.cli.Starter;
import io.letterbox.cli.Version;
import io.letterbox.config.LetterboxConfig;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A process that runs a server until a signal comes, and then stops it cleanly. The thread of the signal closes the
 * server and ends the process itself, with the exit status of a clean stop.
 */
final class ServingProcess implements Starter.Running {
    private static final Logger LOG = LoggerFactory.getLogger(ServingProcess.class);

    /**
     * The time after which a second signal counts: tools that signal whole process groups may send the first one twice.
     */
    private static final long SECOND_SIGNAL_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final Server server;
    private final int notReadySeconds;
    private final CountDownLatch stopped = new CountDownLatch(1);

    /** The time at which closing began; null before. */
    private final AtomicReference<Long> closingNanos = new AtomicReference<>();

    private ServingProcess(Server server, int notReadySeconds) {
        this.server = server;
        this.notReadySeconds = notReadySeconds;
    }

    /** Starts a server that ends with SIGTERM, SIGINT or SIGHUP; returns when it serves. */
    static ServingProcess start(LetterboxConfig config) throws IOException {
        LogOutput.apply(config.log());
        LOG.info(
                "Letterbox {} on Java {}, data in {}",
                Version.read(),
                Runtime.version().feature(),
                config.node().dataDir().toAbsolutePath().normalize());
        ServingProcess process =
                new ServingProcess(Server.start(config), config.shutdown().notReadySeconds());
        StopSignals.listen(process::onSignal);
        Runtime.getRuntime().addShutdownHook(new Thread(process::onExit, "letterbox-stop"));
        return process;
    }

    private void onSignal(boolean terminal) {
        long now = System.nanoTime();
        if (!closingNanos.compareAndSet(null, now)) {
            if (now - closingNanos.get() < SECOND_SIGNAL_NANOS) return;
            LOG.warn("Ended by a second signal, without closing the logs; the next start checks them");
            Runtime.getRuntime().halt(ExitCode.FAILED);
        }
        if (!terminal) announce();
        stop();
    }

    /** Runs when the JVM exits for another reason, or does not let us handle signals. */
    private void onExit() {
        if (closingNanos.compareAndSet(null, System.nanoTime())) stop();
    }

    private void stop() {
        LOG.info("Stopping: draining connections, closing logs");
        server.close();
        LOG.info("Stopped");
        // The JVM would exit with the signal's status, although a signal is how a server is meant to end.
        Runtime.getRuntime().halt(ExitCode.OK);
    }

    /** Reports not ready for some time, so that balancers stop sending requests, while everything is still served. */
    private void announce() {
        server.announceStop();
        if (notReadySeconds == 0) return;
        LOG.info(
                "Not ready from now on, but serving for {} s more (shutdown.notReadySeconds); a second signal ends at"
                        + " once",
                notReadySeconds);
        try {
            TimeUnit.SECONDS.sleep(notReadySeconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public int httpPort() {
        return server.httpPort();
    }

    @Override
    public int kafkaPort() {
        return server.kafkaPort();
    }

    @Override
    public int awaitStop() throws InterruptedException {
        stopped.await();
        return ExitCode.OK;
    }

    @Override
    public void close() {
        if (closingNanos.compareAndSet(null, System.nanoTime())) server.close();
        stopped.countDown();
    }
}
