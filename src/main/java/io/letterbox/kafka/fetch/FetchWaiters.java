package io.letterbox.kafka.fetch;

import io.letterbox.bus.Committed;
import io.letterbox.reading.CommitListeners;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * The waiting fetches of one event loop, by partition and by deadline. Partitions of sessions stay listed from one
 * request to the next, so that an idle consumer's request costs a few field writes. Owned by that loop; reads no clock.
 */
final class FetchWaiters {
    /** How many answered fetches may remain in the queue in addition to the waiting ones. */
    private static final int MAX_STALE = 64;

    private final CommitListeners listeners = new CommitListeners();
    private final PriorityQueue<PendingFetch> byDeadline =
            new PriorityQueue<>(Comparator.comparingLong(PendingFetch::deadlineMs));
    private int waiting;

    /** Adds a fetch that begins to wait. */
    void add(PendingFetch fetch) {
        for (PartitionWait partition : fetch.partitions()) {
            if (!fetch.hasSession()) partition.setWaiter(fetch);
            partition.list(listeners);
        }
        waiting++;
        byDeadline.add(fetch);
    }

    /** Removes a fetch that no longer waits. */
    void remove(PendingFetch fetch) {
        if (!fetch.hasSession()) {
            for (PartitionWait partition : fetch.partitions()) {
                partition.setWaiter(null);
                partition.unlist(listeners);
            }
        }
        waiting--;
        // It stays in the queue for now, because searching it there takes longer than skipping it later.
        if (byDeadline.size() > 2 * waiting + MAX_STALE) byDeadline.removeIf(stale -> !stale.isWaiting());
    }

    /** Takes a partition off the list, because it has left its request or session. */
    void unlist(PartitionWait partition) {
        partition.unlist(listeners);
    }

    /** Wakes those that wait for a partition that has moved. Those that do not wait now will look at it. */
    void onCommitted(Committed committed) {
        listeners.onCommitted(committed);
    }

    /** All waiting fetches. */
    List<PendingFetch> all() {
        return byDeadline.stream().filter(PendingFetch::isWaiting).toList();
    }

    /** Removes and returns the fetches whose deadline has passed. */
    List<PendingFetch> due(long elapsedMs) {
        List<PendingFetch> due = new ArrayList<>();
        while (!byDeadline.isEmpty() && byDeadline.peek().deadlineMs() <= elapsedMs) {
            PendingFetch fetch = byDeadline.remove();
            if (fetch.isWaiting()) due.add(fetch);
        }
        return due;
    }

    /** The next deadline; -1 if no fetch waits. */
    long nextDeadlineMs() {
        while (!byDeadline.isEmpty() && !byDeadline.peek().isWaiting()) byDeadline.remove();
        return byDeadline.isEmpty() ? -1 : byDeadline.peek().deadlineMs();
    }
}
