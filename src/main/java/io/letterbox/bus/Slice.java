package io.letterbox.bus;

import io.letterbox.record.AbortedTransaction;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Record batches read from one partition. Whole batches only: the first may begin before the offset that was asked for
 * (the reader skips), the last ends at or before the high watermark, or before the last stable offset where
 * {@link Isolation#COMMITTED} was asked for.
 *
 * @param batches zero or more whole record batches between position and limit; read-only by convention, shared between
 *     readers, so take a {@link ByteBuffer#duplicate()} before moving its position
 * @param nextOffset where to read on: the offset after the last record in {@code batches}, or, where compaction or the
 *     end of the log left nothing to return, the offset that was asked for
 * @param highWatermark the partition's high watermark when this was read
 * @param lastStableOffset the offset after the last record that {@link Isolation#COMMITTED} readers get to see, when this
 *     was read
 * @param aborted where {@link Isolation#COMMITTED} was asked for, the aborted transactions that have records in
 *     {@code batches}, by first offset; else empty
 */
public record Slice(
        ByteBuffer batches,
        long nextOffset,
        long highWatermark,
        long lastStableOffset,
        List<AbortedTransaction> aborted) {
    /** True where there is nothing to read at this offset yet. */
    public boolean isEmpty() {
        return !batches.hasRemaining();
    }
}
