package io.letterbox.log.producers;

import java.util.Map;
import java.util.TreeMap;

/**
 * Which transactions of a partition keep readers of committed records waiting: those without a marker, and those whose
 * marker is not safe yet. Owned by the log's owner.
 */
final class OpenTransactions {
    /** From the offset of the first record to the producer. */
    private final TreeMap<Long, Long> undecided = new TreeMap<>();

    /** From the offset of the first record to that of the marker, which the high watermark has not passed. */
    private final TreeMap<Long, Long> unsafe = new TreeMap<>();

    void begin(long firstOffset, long producerId) {
        undecided.put(firstOffset, producerId);
    }

    /** Returns the offset below which everything is decided, once the marker is safe. */
    long end(long firstOffset, long markerOffset) {
        undecided.remove(firstOffset);
        unsafe.put(firstOffset, markerOffset);
        return undecided.isEmpty() ? markerOffset + 1 : undecided.firstKey();
    }

    int undecided() {
        return undecided.size();
    }

    /** The offset after the last record that is safe and decided, as are all before it. */
    long stableOffset(long highWatermark) {
        // Those that began later may have ended earlier, so all are looked at; there are as many as one commit took.
        if (!unsafe.isEmpty()) unsafe.values().removeIf(marker -> marker < highWatermark);
        long first = Math.min(first(undecided), first(unsafe));
        return Math.min(first, highWatermark);
    }

    private static long first(TreeMap<Long, Long> byStart) {
        Map.Entry<Long, Long> first = byStart.firstEntry();
        return first == null ? Long.MAX_VALUE : first.getKey();
    }
}
