package io.letterbox.bus;

import java.nio.ByteBuffer;

/**
 * Record batches read from one partition. Whole batches only: the first may begin before the offset that was asked for
 * (the reader skips), the last ends at or before the high watermark.
 *
 * @param batches zero or more whole record batches between position and limit; read-only by convention, shared between
 *     readers, so take a {@link ByteBuffer#duplicate()} before moving its position
 * @param nextOffset where to read on: the offset after the last record in {@code batches}, or, where compaction or the
 *     end of the log left nothing to return, the offset that was asked for
 * @param highWatermark the partition's high watermark when this was read
 */
public record Slice(ByteBuffer batches, long nextOffset, long highWatermark) {
    /** True where there is nothing to read at this offset yet. */
    public boolean isEmpty() {
        return !batches.hasRemaining();
    }
}
