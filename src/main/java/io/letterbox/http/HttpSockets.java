package io.letterbox.http;

import java.util.concurrent.atomic.AtomicInteger;

/** What the servers of all event loops have in common: how many connections are open, and the port. Thread-safe. */
public final class HttpSockets {
    private final AtomicInteger open = new AtomicInteger();
    private volatile int port;

    /** How many connections are open on all loops together. */
    public int open() {
        return open.get();
    }

    /** The port that is listened on, which matters where port 0 was configured; 0 before the start. */
    public int port() {
        return port;
    }

    void listening(int actualPort) {
        port = actualPort;
    }

    void opened() {
        open.incrementAndGet();
    }

    void closed() {
        open.decrementAndGet();
    }
}
