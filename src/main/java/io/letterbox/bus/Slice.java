package io.letterbox.bus;

import io.letterbox.record.AbortedTransaction;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Record batches read from one partition. Whole batches only: the first may begin before the requested offset (the
 * reader skips records), the last ends at or before the high watermark, or the last stable offset if
 * {@link Isolation#COMMITTED} was requested.
 *
 * @param batches zero or more whole record batches between position and limit; read-only by convention, shared between
 *     readers, so a reader has to make a {@link ByteBuffer#duplicate()} before it moves the position
 * @param nextOffset the offset at which to read on: the one after the last record in {@code batches}, or the requested
 *     offset if compaction or the end of the log left nothing to return
 * @param highWatermark the partition's high watermark when this was read
 * @param lastStableOffset the end of the records that {@link Isolation#COMMITTED} readers saw when this was read
 * @param aborted the aborted transactions that have records in {@code batches}, by first offset, if
 *     {@link Isolation#COMMITTED} was requested; else empty
 */
public record Slice(
        ByteBuffer batches,
        long nextOffset,
        long highWatermark,
        long lastStableOffset,
        List<AbortedTransaction> aborted) {
    /** True if there is nothing to read at this offset yet. */
    public boolean isEmpty() {
        return !batches.hasRemaining();
    }
}
