package io.letterbox.http;

/** What the servers of all event loops have in common: the port. Thread-safe. */
public final class HttpSockets {
    private volatile int port;
    private volatile Runnable entrance = () -> {};

    /** The port that is listened on, which matters where port 0 was configured; 0 before the start. */
    public int port() {
        return port;
    }

    /** Has the entrance shut by this when the first of the servers is closed. */
    public void shutBy(Runnable shut) {
        entrance = shut;
    }

    void closing() {
        entrance.run();
    }

    void listening(int actualPort) {
        port = actualPort;
    }
}
