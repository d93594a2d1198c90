package io.letterbox.reading;

import io.letterbox.bus.Committed;
import io.letterbox.record.TopicPartition;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The listeners of one event loop to commits, by partition. A commit costs one look-up for each partition that it
 * moved, independent of the number of listeners to other partitions. Owned by that loop.
 */
public final class CommitListeners {
    private final Map<TopicPartition, Set<CommitListener>> byPartition = new HashMap<>();

    /** The number of listeners; written by the event loop, read by any thread. */
    private volatile int size;

    /** Adds a listener to the commits of a partition; a second call does nothing. */
    public void add(TopicPartition partition, CommitListener listener) {
        Set<CommitListener> others = byPartition.get(partition);
        if (others == null) {
            others = new LinkedHashSet<>(2);
            byPartition.put(partition, others);
        }
        if (others.add(listener)) size++;
    }

    /** Removes a listener from a partition; a second call does nothing. */
    public void remove(TopicPartition partition, CommitListener listener) {
        Set<CommitListener> others = byPartition.get(partition);
        if (others == null || !others.remove(listener)) return;
        size--;
        if (others.isEmpty()) byPartition.remove(partition);
    }

    /** Tells the listeners of all partitions that a group commit moved, then wakes each of their waiters once. */
    public void onCommitted(Committed committed) {
        if (byPartition.isEmpty()) return;
        Set<Waiter> waiting = Set.of();
        for (Committed.Moved moved : committed.moved()) {
            Set<CommitListener> listeners = byPartition.get(moved.partition());
            if (listeners == null) continue;
            for (CommitListener listener : listeners) {
                listener.moved(moved);
                waiting = with(waiting, listener.waiter());
            }
        }
        // After the walk, because waiters that are woken add and remove listeners.
        for (Waiter waiter : waiting) waiter.wake();
    }

    /** Wakes all waiters, because topics have changed or the server stops. */
    public void wakeAll() {
        Set<Waiter> waiting = Set.of();
        for (Set<CommitListener> listeners : byPartition.values()) {
            for (CommitListener listener : listeners) waiting = with(waiting, listener.waiter());
        }
        for (Waiter waiter : waiting) waiter.wake();
    }

    private static Set<Waiter> with(Set<Waiter> waiting, Waiter another) {
        if (another == null) return waiting;
        Set<Waiter> more = waiting.isEmpty() ? new LinkedHashSet<>() : waiting;
        more.add(another);
        return more;
    }

    /** The number of listeners, counted once for each of their partitions; any thread. */
    public int size() {
        return size;
    }
}
