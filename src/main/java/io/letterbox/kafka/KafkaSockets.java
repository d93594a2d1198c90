package io.letterbox.kafka;

/** What the servers of all event loops have in common: the port, and whether clients may come in. Thread-safe. */
public final class KafkaSockets {
    private final Runnable entrance;
    private volatile int port;
    private volatile boolean ready;

    /** @param shut shuts the entrance; called when the first of the servers is closed */
    public KafkaSockets(Runnable shut) {
        this.entrance = shut;
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

    void closing() {
        entrance.run();
    }

    void listening(int actualPort) {
        port = actualPort;
    }

    /** Whether a connection may stay. */
    boolean admits() {
        return ready;
    }
}
