package io.letterbox.kafka.fetch;

import io.letterbox.bus.Committed;
import io.letterbox.reading.CommitListeners;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * The fetches of one event loop that wait: by partition, and by the end of their time. The partitions of sessions stay
 * listed from one request to the next, so that an idle consumer's request costs a few fields. Owned by that loop; knows no
 * clock.
 */
final class FetchWaiters {
    /** So many answered fetches may be left in the queue beside those that wait. */
    private static final int MAX_STALE = 64;

    private final CommitListeners listeners = new CommitListeners();
    private final PriorityQueue<PendingFetch> byDeadline =
            new PriorityQueue<>(Comparator.comparingLong(PendingFetch::deadlineMs));
    private int waiting;

    /** A fetch begins to wait. */
    void add(PendingFetch fetch) {
        for (PartitionWait partition : fetch.partitions()) {
            if (!fetch.hasSession()) partition.setWaiter(fetch);
            partition.list(listeners);
        }
        waiting++;
        byDeadline.add(fetch);
    }

    /** A fetch waits no longer. */
    void remove(PendingFetch fetch) {
        if (!fetch.hasSession()) {
            for (PartitionWait partition : fetch.partitions()) {
                partition.setWaiter(null);
                partition.unlist(listeners);
            }
        }
        waiting--;
        // It is left in the queue, because finding it there takes longer than passing over it.
        if (byDeadline.size() > 2 * waiting + MAX_STALE) byDeadline.removeIf(stale -> !stale.isWaiting());
    }

    /** A partition that nobody will wait for any more. */
    void unlist(PartitionWait partition) {
        partition.unlist(listeners);
    }

    /** Wakes those that wait for a partition that has moved. Those that do not wait now will look at it. */
    void onCommitted(Committed committed) {
        listeners.onCommitted(committed);
    }

    /** All who wait. */
    List<PendingFetch> all() {
        return byDeadline.stream().filter(PendingFetch::isWaiting).toList();
    }

    /** Takes out those whose time is over. */
    List<PendingFetch> due(long elapsedMs) {
        List<PendingFetch> due = new ArrayList<>();
        while (!byDeadline.isEmpty() && byDeadline.peek().deadlineMs() <= elapsedMs) {
            PendingFetch fetch = byDeadline.remove();
            if (fetch.isWaiting()) due.add(fetch);
        }
        return due;
    }

    /** When the next one's time is over; -1 where nobody waits. */
    long nextDeadlineMs() {
        while (!byDeadline.isEmpty() && !byDeadline.peek().isWaiting()) byDeadline.remove();
        return byDeadline.isEmpty() ? -1 : byDeadline.peek().deadlineMs();
    }
}
