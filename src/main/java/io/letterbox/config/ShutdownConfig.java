package io.letterbox.config;

/**
 * How the server stops.
 *
 * @param notReadySeconds how long the server, after SIGTERM, reports that it is not ready, and still serves, 0 to 600
 * @param drainSeconds how long requests and streams may take to end by themselves, 0 to 600
 */
public record ShutdownConfig(int notReadySeconds, int drainSeconds) {
    public ShutdownConfig {
        Check.range("shutdown.notReadySeconds", notReadySeconds, 0, 600);
        Check.range("shutdown.drainSeconds", drainSeconds, 0, 600);
    }

    static ShutdownConfig standard() {
        return new ShutdownConfig(5, 5);
    }
}
