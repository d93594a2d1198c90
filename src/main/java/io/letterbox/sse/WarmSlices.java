package io.letterbox.sse;

import io.letterbox.bus.Slice;
import io.letterbox.record.BatchTail;
import io.letterbox.record.TopicPartition;
import java.util.ArrayDeque;

/**
 * The slices that were last read from the log and do not lie in the storage's tail cache: a slice is often larger than
 * one chunk, and each chunk would read it again. Bounded by bytes, oldest out first. Owned by one event loop.
 */
final class WarmSlices {
    private record Warm(TopicPartition partition, long from, Slice slice) {
        boolean holds(TopicPartition wanted, long offset) {
            if (!partition.equals(wanted)) return false;
            return slice.isEmpty() ? offset == from : offset >= from && offset < slice.nextOffset();
        }
    }

    private final ArrayDeque<Warm> slices = new ArrayDeque<>();
    private final long maxBytes;
    private long bytes;

    WarmSlices(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** A slice that begins at or before an offset, not far before it, and ends behind it; or null. */
    Slice get(TopicPartition partition, long offset) {
        for (Warm warm : slices) {
            if (!warm.holds(partition, offset)) continue;
            if (!BatchTail.isDeep(warm.slice.batches(), offset)) return warm.slice;
        }
        return null;
    }

    /** Keeps a slice that was read from an offset on. */
    void put(TopicPartition partition, long from, Slice slice) {
        slices.addFirst(new Warm(partition, from, slice));
        bytes += slice.batches().remaining();
        while (bytes > maxBytes && slices.size() > 1) {
            bytes -= slices.removeLast().slice.batches().remaining();
        }
    }

    /** Drops all slices. */
    void clear() {
        slices.clear();
        bytes = 0;
    }
}
