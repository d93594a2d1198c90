package io.letterbox;

import io.letterbox.cli.ExitCode;
import io.letterbox.cli.Starter;
import io.letterbox.cli.Version;
import io.letterbox.config.LetterboxConfig;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server as the whole purpose of this process: it runs until a signal comes, and then stops cleanly. The signal's thread
 * closes the server and ends the process itself, because after it nobody else may.
 */
final class ServingProcess implements Starter.Running {
    private static final Logger LOG = LoggerFactory.getLogger(ServingProcess.class);

    private final Server server;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final AtomicBoolean closing = new AtomicBoolean();

    private ServingProcess(Server server) {
        this.server = server;
    }

    /** Starts a server that ends with SIGTERM or SIGINT; returns when it serves. */
    static ServingProcess start(LetterboxConfig config) throws IOException {
        LogOutput.follow(config.log());
        LOG.info(
                "Letterbox {} on Java {}, data in {}",
                Version.read(),
                Runtime.version().feature(),
                config.node().dataDir().toAbsolutePath().normalize());
        ServingProcess process = new ServingProcess(Server.start(config));
        Runtime.getRuntime().addShutdownHook(new Thread(process::onSignal, "letterbox-stop"));
        return process;
    }

    private void onSignal() {
        if (!closing.compareAndSet(false, true)) return;
        LOG.info("Stopping: draining connections, closing logs");
        server.close();
        LOG.info("Stopped");
        // The JVM would report the signal as a failure, although this is how a server is meant to end.
        Runtime.getRuntime().halt(ExitCode.OK);
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
        if (closing.compareAndSet(false, true)) server.close();
        stopped.countDown();
    }
}
