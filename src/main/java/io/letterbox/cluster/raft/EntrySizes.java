package io.letterbox.cluster.raft;

import java.util.Map;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * How many bytes the entries of a log have, to a mebibyte: entries have a dozen bytes or megabytes, so their number
 * says little about how much of a log is worth keeping. One thread counts, any thread asks.
 */
final class EntrySizes {
    static final long GRAIN_BYTES = 1 << 20;

    /** By index, the bytes of all entries up to it since the counting began. */
    private final ConcurrentNavigableMap<Long, Long> totals = new ConcurrentSkipListMap<>();

    // The thread that counts.
    private long total;
    private long counted;

    /** Counts an entry; the indices grow. */
    void add(long index, long bytes) {
        total += bytes;
        if (total - counted < GRAIN_BYTES && !totals.isEmpty()) return;
        counted = total;
        totals.put(index, total);
    }

    /**
     * The greatest index that can go if a number of bytes in front of an index is to be kept; -1 if so many have not
     * been counted. What lies below it is forgotten.
     */
    long beyond(long index, long keptBytes) {
        Map.Entry<Long, Long> end = totals.floorEntry(index);
        if (end == null) return -1;
        long gone = -1;
        for (Map.Entry<Long, Long> each : totals.entrySet()) {
            if (each.getValue() > end.getValue() - keptBytes) break;
            gone = each.getKey();
        }
        totals.headMap(gone).clear();
        return gone;
    }
}
