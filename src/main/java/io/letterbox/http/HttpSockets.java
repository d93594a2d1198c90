package io.letterbox.http;

/** What the servers of all event loops have in common: the port. Thread-safe. */
public final class HttpSockets {
    private volatile int port;

    /** The port that is listened on, which matters where port 0 was configured; 0 before the start. */
    public int port() {
        return port;
    }

    void listening(int actualPort) {
        port = actualPort;
    }
}
