package io.letterbox.groups;

import io.letterbox.coordinator.CoordinatorContext;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * The deadlines of a coordinator, one per key. Postponing a deadline, which every heartbeat does, only changes a
 * number; the queue is updated when the old time has come. Times are those of the monotonic clock. Owned by its
 * coordinator.
 */
public final class Deadlines {
    private static final int SPARE_ENTRIES = 64;

    private final Map<Object, Deadline> byKey = new HashMap<>();
    private final PriorityQueue<QueuedDeadline> queue = new PriorityQueue<>();

    /** Runs when a deadline has passed. It may set and cancel deadlines. */
    @FunctionalInterface
    public interface Expiry {
        void expired(CoordinatorContext context);
    }

    private static final class Deadline {
        private long dueMs;
        private long queuedMs;
        private Expiry expiry;
    }

    private record QueuedDeadline(long atMs, Object key, Deadline deadline) implements Comparable<QueuedDeadline> {
        @Override
        public int compareTo(QueuedDeadline other) {
            return Long.compare(atMs, other.atMs);
        }
    }

    /** Sets or moves a key's deadline. */
    public void set(Object key, long dueMs, Expiry expiry) {
        Deadline deadline = byKey.get(key);
        if (deadline == null) {
            deadline = new Deadline();
            deadline.queuedMs = Long.MAX_VALUE;
            byKey.put(key, deadline);
        }
        deadline.dueMs = dueMs;
        deadline.expiry = expiry;
        if (dueMs < deadline.queuedMs) enqueue(key, deadline, dueMs);
    }

    /** Moves a deadline; false if the key has none. */
    public boolean move(Object key, long dueMs) {
        Deadline deadline = byKey.get(key);
        if (deadline == null) return false;
        deadline.dueMs = dueMs;
        if (dueMs < deadline.queuedMs) enqueue(key, deadline, dueMs);
        return true;
    }

    private void enqueue(Object key, Deadline deadline, long atMs) {
        deadline.queuedMs = atMs;
        queue.add(new QueuedDeadline(atMs, key, deadline));
        // Entries of cancelled deadlines stay until their time comes. This limits their number, because a client can
        // set and cancel deadlines at any rate.
        if (queue.size() > 2 * byKey.size() + SPARE_ENTRIES) queue.removeIf(this::isDead);
    }

    /** Cancels a key's deadline, if it has one. */
    public void cancel(Object key) {
        byKey.remove(key);
        // Its entry is dropped when its time comes, usually within a session timeout.
    }

    /** Whether a key has a deadline. */
    public boolean has(Object key) {
        return byKey.containsKey(key);
    }

    /** The time by which {@link #tick} has to be called; the call may find nothing due. */
    public long nextMs() {
        dropDead();
        QueuedDeadline first = queue.peek();
        return first == null ? Long.MAX_VALUE : first.atMs();
    }

    private void dropDead() {
        for (QueuedDeadline first; (first = queue.peek()) != null && isDead(first); ) queue.remove();
    }

    private boolean isDead(QueuedDeadline entry) {
        return byKey.get(entry.key()) != entry.deadline() || entry.deadline().queuedMs != entry.atMs();
    }

    /** Runs all deadlines that are due. */
    public void tick(CoordinatorContext context) {
        for (QueuedDeadline first; (first = queue.peek()) != null && first.atMs() <= context.elapsedMs(); ) {
            queue.remove();
            if (isDead(first)) continue;
            Deadline deadline = first.deadline();
            if (deadline.dueMs > context.elapsedMs()) {
                enqueue(first.key(), deadline, deadline.dueMs);
            } else {
                byKey.remove(first.key());
                deadline.expiry.expired(context);
            }
        }
    }
}
