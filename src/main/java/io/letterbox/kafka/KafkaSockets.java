package io.letterbox.kafka;

/** The state that the servers of all event loops share: the port, and whether connections are accepted. Thread-safe. */
public final class KafkaSockets {
    private final Runnable entrance;
    private volatile int port;
    private volatile boolean ready;

    /** @param shut closes the entrance; called when the first of the servers is closed */
    public KafkaSockets(Runnable shut) {
        this.entrance = shut;
    }

    /** The port that is listened on, which matters if port 0 was configured; 0 before the start. */
    public int port() {
        return port;
    }

    /**
     * Accepts connections from now on. Connections before that are closed at once: a client would be told this node's
     * address from before the restart, and would stay there.
     */
    public void acceptConnections() {
        ready = true;
    }

    void closing() {
        entrance.run();
    }

    void listening(int actualPort) {
        port = actualPort;
    }

    /** Whether a new connection may stay. */
    boolean acceptsConnections() {
        return ready;
    }
}
