package io.letterbox.ingress;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Counts the topics that come into being because somebody used their names, so that one client that asks for thousands of
 * names does not use up {@code limits.topics}, and the descriptors of the server's files. As many as a minute has may come
 * at once. Owned by one event loop.
 */
public final class AutoCreation {
    private static final double NANOS_PER_MINUTE = TimeUnit.MINUTES.toNanos(1);

    private final int perMinute;
    private final LongSupplier nanoTime;
    private double left;
    private long lookedNanos;

    /**
     * All of a minute's topics may be made at once.
     *
     * @param perMinute topics in a minute
     * @param nanoTime a time that only goes forwards
     */
    public AutoCreation(int perMinute, LongSupplier nanoTime) {
        this.perMinute = perMinute;
        this.nanoTime = nanoTime;
        this.left = perMinute;
        this.lookedNanos = nanoTime.getAsLong();
    }

    /** Takes one topic out of what may be made now; false where there is nothing left. */
    public boolean tryOne() {
        long now = nanoTime.getAsLong();
        left = Math.min(perMinute, left + perMinute * ((now - lookedNanos) / NANOS_PER_MINUTE));
        lookedNanos = now;
        if (left < 1) return false;
        left--;
        return true;
    }
}
