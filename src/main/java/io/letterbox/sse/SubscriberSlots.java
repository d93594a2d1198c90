package io.letterbox.sse;

import java.util.concurrent.atomic.AtomicInteger;

/** Counts the open streams of all event loops against {@code limits.subscribers}. Thread-safe; one per process. */
public final class SubscriberSlots {
    private final AtomicInteger taken = new AtomicInteger();
    private final int max;

    /** @param max the most streams at the same time */
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

    /** Takes a slot; false where none is left. */
    boolean take() {
        if (taken.incrementAndGet() <= max) return true;
        taken.decrementAndGet();
        return false;
    }

    void giveBack() {
        taken.decrementAndGet();
    }
}
