package io.letterbox.ingress;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The bytes that the node holds for requests of clients: of bodies that are not acknowledged yet, which fast publishers
 * and a slow disk would accumulate, or of pages that are not written out yet, which readers that do not read would.
 * When the budget is used up, clients are told to come back. Thread-safe; one per node and purpose.
 */
public final class ByteBudget {
    private final AtomicLong used = new AtomicLong();
    private final long limitBytes;

    /** @param limitBytes the most bytes that may be held at the same time */
    public ByteBudget(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    /** Acquires bytes from the budget; false if fewer are left, and then nothing is acquired. */
    public boolean tryAcquire(long bytes) {
        // Compares before adding, instead of subtracting after a failure: meanwhile other requests would be refused for
        // bytes that no request holds.
        long held = used.get();
        while (bytes <= limitBytes - held) {
            if (used.compareAndSet(held, held + bytes)) return true;
            held = used.get();
        }
        return false;
    }

    /** Returns acquired bytes. */
    public void release(long bytes) {
        used.addAndGet(-bytes);
    }

    /** Whether this many bytes could be acquired now; a hint, because other threads acquire at the same time. */
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
