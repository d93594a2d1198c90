package io.letterbox.ingress;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes the node holds for its clients' requests: of bodies that are not yet acknowledged, where fast publishers
 * and a slow disk would fill the memory, or of pages that are not yet taken, where readers that never read would. When it
 * is spent, clients are told to come back. Thread-safe; one per node and purpose.
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
        // Not added first and taken back later: in between, others would be refused for bytes that nobody gets.
        long held = used.get();
        while (bytes <= limitBytes - held) {
            if (used.compareAndSet(held, held + bytes)) return true;
            held = used.get();
        }
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
