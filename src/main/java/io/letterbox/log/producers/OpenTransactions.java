package io.letterbox.log.producers;

import java.util.Map;
import java.util.TreeMap;

/**
 * The transactions that hold back the last stable offset of a partition: those without a marker, and those whose marker
 * is not committed yet. Owned by the log's owner.
 */
final class OpenTransactions {
    /** From the offset of the first record to the producer. */
    private final TreeMap<Long, Long> undecided = new TreeMap<>();

    /** From the offset of the first record to that of the marker, which the high watermark has not passed. */
    private final TreeMap<Long, Long> unsafe = new TreeMap<>();

    void begin(long firstOffset, long producerId) {
        undecided.put(firstOffset, producerId);
    }

    /** Ends a transaction. Returns the last stable offset as it will be once the marker is committed. */
    long end(long firstOffset, long markerOffset) {
        undecided.remove(firstOffset);
        unsafe.put(firstOffset, markerOffset);
        return undecided.isEmpty() ? markerOffset + 1 : undecided.firstKey();
    }

    int undecided() {
        return undecided.size();
    }

    /** The last stable offset: all records below it are committed, and their transactions are decided. */
    long stableOffset(long highWatermark) {
        // All are checked, because later transactions may have ended earlier; there are only as many as one group
        // commit had.
        if (!unsafe.isEmpty()) unsafe.values().removeIf(marker -> marker < highWatermark);
        long first = Math.min(first(undecided), first(unsafe));
        return Math.min(first, highWatermark);
    }

    private static long first(TreeMap<Long, Long> byStart) {
        Map.Entry<Long, Long> first = byStart.firstEntry();
        return first == null ? Long.MAX_VALUE : first.getKey();
    }
}
