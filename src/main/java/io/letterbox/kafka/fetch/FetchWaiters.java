package io.letterbox.kafka.fetch;

import io.letterbox.bus.Committed;
import io.letterbox.record.TopicPartition;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * The fetches of one event loop that wait: by partition, and by the end of their time. The partitions of sessions stay
 * listed from one request to the next, so that an idle consumer's request costs a few fields. Owned by that loop; knows no
 * clock.
 */
final class FetchWaiters {
    /** So many answered fetches may be left in the queue beside those that wait. */
    private static final int MAX_STALE = 64;

    private final Map<TopicPartition, Set<FetchPartition>> listed = new HashMap<>();
    private final PriorityQueue<PendingFetch> byDeadline =
            new PriorityQueue<>(Comparator.comparingLong(PendingFetch::deadlineMs));
    private int waiting;

    /** A fetch begins to wait. */
    void add(PendingFetch fetch) {
        for (FetchPartition partition : fetch.partitions()) {
            // Of a session it is the session that knows who waits: that is one reference to change in place of many.
            if (!fetch.hasSession()) partition.waiter = fetch;
            if (partition.listedAs == null && partition.id != null) list(partition);
        }
        waiting++;
        byDeadline.add(fetch);
    }

    private void list(FetchPartition partition) {
        partition.listedAs = partition.id;
        listed.computeIfAbsent(partition.id, id -> new LinkedHashSet<>(2)).add(partition);
    }

    /** A fetch waits no longer. */
    void remove(PendingFetch fetch) {
        if (!fetch.hasSession()) {
            for (FetchPartition partition : fetch.partitions()) {
                partition.waiter = null;
                unlist(partition);
            }
        }
        waiting--;
        // It is left in the queue, because finding it there takes longer than passing over it.
        if (byDeadline.size() > 2 * waiting + MAX_STALE) byDeadline.removeIf(stale -> !stale.isWaiting());
    }

    /** A partition that nobody will wait for any more. */
    void unlist(FetchPartition partition) {
        if (partition.listedAs == null) return;
        Set<FetchPartition> others = listed.get(partition.listedAs);
        others.remove(partition);
        if (others.isEmpty()) listed.remove(partition.listedAs);
        partition.listedAs = null;
    }

    /** Those who wait for a partition that has moved; each once. Those who do not wait now will look at it. */
    Set<PendingFetch> waitingFor(Committed committed) {
        Set<PendingFetch> found = Set.of();
        if (listed.isEmpty()) return found;
        for (Committed.Moved moved : committed.moved()) {
            Set<FetchPartition> readers = listed.get(moved.partition());
            if (readers == null) continue;
            for (FetchPartition reader : readers) {
                reader.moved = true;
                PendingFetch waiter = reader.waiting();
                if (waiter == null) continue;
                if (found.isEmpty()) found = new LinkedHashSet<>();
                found.add(waiter);
            }
        }
        return found;
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

    /** How many wait. */
    int size() {
        return waiting;
    }

    /** How many partitions are listed. */
    int listed() {
        return listed.size();
    }
}
