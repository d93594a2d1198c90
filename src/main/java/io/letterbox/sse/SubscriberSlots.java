package io.letterbox.sse;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The count of open streams of all event loops, limited by {@code limits.subscribers}. Thread-safe; one per process.
 */
public final class SubscriberSlots {
    private final AtomicInteger taken = new AtomicInteger();
    private final int max;

    /** @param max the most streams that may be open at the same time */
    public SubscriberSlots(int max) {
        this.max = max;
    }

    /** How many streams are open. */
    public int taken() {
        return taken.get();
    }

    int max() {
        return max;
    }

    /** Takes a slot; false if none is left. */
    boolean tryTake() {
        if (taken.incrementAndGet() <= max) return true;
        taken.decrementAndGet();
        return false;
    }

    void release() {
        taken.decrementAndGet();
    }
}
