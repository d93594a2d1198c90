package io.letterbox.ingress.kafka;

import java.util.concurrent.atomic.AtomicInteger;

/** What the servers of all event loops have in common: how many connections are open, and the port. Thread-safe. */
public final class KafkaSockets {
    private final AtomicInteger open = new AtomicInteger();
    private volatile int port;
    private volatile boolean ready;

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
        open.incrementAndGet();
        return true;
    }

    void closed() {
        open.decrementAndGet();
    }
}
