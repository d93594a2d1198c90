package io.letterbox.ingress.http;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes of bodies the node holds that are not yet acknowledged. When it is spent, publishers are told to come
 * back; without it, fast publishers and a slow disk would fill the memory. Thread-safe; one per node.
 */
public final class ByteBudget {
    private final AtomicLong used = new AtomicLong();
    private final long limitBytes;

    /** @param limitBytes how much may be held at the same time */
    public ByteBudget(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    /** Takes bytes out of the budget; false, and nothing taken, where there are not so many left. */
    public boolean tryAcquire(long bytes) {
        if (used.addAndGet(bytes) <= limitBytes) return true;
        used.addAndGet(-bytes);
        return false;
    }

    /** Gives back what was acquired. */
    public void release(long bytes) {
        used.addAndGet(-bytes);
    }

    /** Whether so many bytes could be acquired now; a hint, because others acquire at the same time. */
    public boolean couldAcquire(long bytes) {
        return used.get() + bytes <= limitBytes;
    }

    /** The bytes that are held now. */
    public long usedBytes() {
        return used.get();
    }

    /** The bytes that may be held. */
    public long limitBytes() {
        return limitBytes;
    }
}
