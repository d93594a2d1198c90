package io.letterbox.http;

/** The state that the HTTP servers of all event loops share: the port. Thread-safe. */
public final class HttpSockets {
    private volatile int port;
    private volatile Runnable entrance = () -> {};

    /** The port that is listened on, which matters if port 0 was configured; 0 before the start. */
    public int port() {
        return port;
    }

    /** Sets the action that closes the entrance; run when the first of the servers is closed. */
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
