package io.letterbox.ingress.kafka;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the servers of all event loops have in common: how many connections are open, and the port. Thread-safe. */
public final class KafkaSockets {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaSockets.class);

    private final int maxConnections;
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicBoolean full = new AtomicBoolean();
    private volatile int port;
    private volatile boolean ready;

    /** @param maxConnections at the same time, on all loops together */
    public KafkaSockets(int maxConnections) {
        this.maxConnections = maxConnections;
    }

    /** How many connections are open on all loops together. */
    public int open() {
        return open.get();
    }

    /** The port that is listened on, which matters where port 0 was configured; 0 before the start. */
    public int port() {
        return port;
    }

    /**
     * Lets clients in. Before, connections are closed at once: a client would be told where this node was the last time, and
     * would stay there.
     */
    public void admit() {
        ready = true;
    }

    void listening(int actualPort) {
        port = actualPort;
    }

    /** Counts a connection; false where it may not stay, and then it is not counted. */
    boolean tryOpen() {
        if (!ready) return false;
        if (open.incrementAndGet() <= maxConnections) return true;
        open.decrementAndGet();
        // One line each time that the limit is reached, not one for each client that keeps trying.
        if (full.compareAndSet(false, true)) {
            LOG.warn("There are {} Kafka connections, as many as kafka.maxConnections allows", maxConnections);
        }
        return false;
    }

    void closed() {
        open.decrementAndGet();
        full.set(false);
    }
}
