package io.letterbox.cluster;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * What is on its way to one peer and not answered. A peer that does not read would otherwise fill this node's memory:
 * no carrier pushes back. Any thread.
 */
final class PeerPermits {
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicInteger bytes = new AtomicInteger();

    /** False if too much is on its way; then nothing is taken. */
    boolean tryAcquire(int size) {
        if (!take(requests, 1, Peers.MAX_REQUESTS)) return false;
        if (take(bytes, size, Peers.MAX_REQUEST_BYTES)) return true;
        requests.decrementAndGet();
        return false;
    }

    private static boolean take(AtomicInteger held, int more, int limit) {
        int before = held.get();
        while (more <= limit - before) {
            if (held.compareAndSet(before, before + more)) return true;
            before = held.get();
        }
        return false;
    }

    void release(int size) {
        requests.decrementAndGet();
        bytes.addAndGet(-size);
    }

    boolean isUnused() {
        return requests.get() == 0;
    }
}
