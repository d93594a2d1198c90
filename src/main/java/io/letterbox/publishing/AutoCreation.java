package io.letterbox.publishing;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Limits the rate at which topics are created because clients use their names, so that one client that asks for
 * thousands of names does not use up {@code limits.topics} and the server's file descriptors. All topics of a minute
 * may be created at once. Owned by one event loop.
 */
public final class AutoCreation {
    private static final double NANOS_PER_MINUTE = TimeUnit.MINUTES.toNanos(1);

    private final int perMinute;
    private final LongSupplier nanoTime;
    private double left;
    private long lookedNanos;

    /**
     * Starts with all of a minute's topics available.
     *
     * @param perMinute topics per minute
     * @param nanoTime a monotonic clock
     */
    public AutoCreation(int perMinute, LongSupplier nanoTime) {
        this.perMinute = perMinute;
        this.nanoTime = nanoTime;
        this.left = perMinute;
        this.lookedNanos = nanoTime.getAsLong();
    }

    /** Takes one topic from what may be created now; false if nothing is left. */
    public boolean tryOne() {
        long now = nanoTime.getAsLong();
        left = Math.min(perMinute, left + perMinute * ((now - lookedNanos) / NANOS_PER_MINUTE));
        lookedNanos = now;
        if (left < 1) return false;
        left--;
        return true;
    }
}
