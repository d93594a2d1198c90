package io.letterbox.storage;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What a replica has been told and has not done yet. Whoever tells it more than it may hold waits: the replicated log
 * keeps the rest.
 */
final class ReplicaInbox {
    static final int EVENTS_MAX = 64;
    static final int BYTES_MAX = 16 << 20;

    private final Runnable onMore;

    // Any thread.
    private final ConcurrentLinkedQueue<ReplicaEvent> queue = new ConcurrentLinkedQueue<>();
    private final Semaphore events = new Semaphore(EVENTS_MAX);
    private final Semaphore bytes = new Semaphore(BYTES_MAX);
    private final AtomicBoolean closed = new AtomicBoolean();

    /** @param onMore told, on the thread that adds, that there is something; it has that looked at on the shard's */
    ReplicaInbox(Runnable onMore) {
        this.onMore = onMore;
    }

    /** Adds an event; waits for room. One after the other. */
    void add(ReplicaEvent event) {
        events.acquireUninterruptibly();
        bytes.acquireUninterruptibly(weight(event));
        queue.add(event);
        if (closed.get()) close();
        else onMore.run();
    }

    private static int weight(ReplicaEvent event) {
        return Math.min(event.sizeBytes(), BYTES_MAX);
    }

    /** The oldest event, or null. On the shard's thread, like all below. */
    ReplicaEvent peek() {
        return queue.peek();
    }

    /** The oldest event is done. */
    void remove() {
        release(queue.remove());
    }

    private void release(ReplicaEvent event) {
        bytes.release(weight(event));
        events.release();
    }

    /** Nothing is done any more, which whoever waits is told. Any thread. */
    void close() {
        closed.set(true);
        for (ReplicaEvent event; (event = queue.poll()) != null; ) refuse(event);
    }

    private void refuse(ReplicaEvent event) {
        release(event);
        if (event instanceof ReplicaEvent.Entry entry)
            entry.broken().accept(new IllegalStateException("The replica is closed."));
    }
}
