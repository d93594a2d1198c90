package io.letterbox.config;

/**
 * How the server stops.
 *
 * @param drainSeconds requests and streams get so long to end by themselves, 0 to 600
 */
public record ShutdownConfig(int drainSeconds) {
    public ShutdownConfig {
        Check.range("shutdown.drainSeconds", drainSeconds, 0, 600);
    }

    static ShutdownConfig standard() {
        return new ShutdownConfig(5);
    }
}
