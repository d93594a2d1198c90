package io.letterbox.config;

/**
 * How the server stops.
 *
 * @param notReadySeconds after SIGTERM it says so long that it is not ready, and serves all the same, 0 to 600
 * @param drainSeconds requests and streams get so long to end by themselves, 0 to 600
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
