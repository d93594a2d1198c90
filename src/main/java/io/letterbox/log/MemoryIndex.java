package io.letterbox.log;

import io.letterbox.record.RecordBatch;

/**
 * The offset index and the time index of one segment in memory, built from its batches in order. Written by one thread;
 * read by any.
 */
public final class MemoryIndex {
    private final long baseOffset;
    private final OffsetIndex offsets;
    private final TimeIndex times;

    // Written by one thread, read by any.
    private volatile long maxTimestampMs = -1;

    // Owned by the thread that writes.
    private long maxTimestampOffset;
    private long bytesSinceEntry;

    /** An empty index. */
    public MemoryIndex(long baseOffset) {
        this(baseOffset, new OffsetIndex(), new TimeIndex());
    }

    /** An index that continues two index files. */
    MemoryIndex(long baseOffset, OffsetIndex offsets, TimeIndex times) {
        this.baseOffset = baseOffset;
        this.offsets = offsets;
        this.times = times;
        int last = times.count() - 1;
        if (last < 0) return;
        maxTimestampMs = times.timestamp(last);
        maxTimestampOffset = baseOffset + times.relativeOffset(last);
    }

    /**
     * Adds the next batch; makes an entry for it if the last entry is far enough behind.
     *
     * @param position the position of the batch in the segment's file
     */
    public void add(RecordBatch batch, long position, int indexIntervalBytes) {
        long lastOffset = batch.lastOffset();
        if (batch.maxTimestamp() > maxTimestampMs) {
            maxTimestampMs = batch.maxTimestamp();
            maxTimestampOffset = lastOffset;
        }
        if (bytesSinceEntry > indexIntervalBytes) {
            offsets.add((int) (lastOffset - baseOffset), (int) position);
            finish();
            bytesSinceEntry = 0;
        }
        bytesSinceEntry += batch.sizeInBytes();
    }

    /** Adds the greatest timestamp as the last entry of the time index. */
    public void finish() {
        if (maxTimestampMs >= 0) times.add(maxTimestampMs, (int) (maxTimestampOffset - baseOffset));
    }

    /** The newest timestamp of all batches, -1 if there is none. */
    long maxTimestampMs() {
        return maxTimestampMs;
    }

    public OffsetIndex offsets() {
        return offsets;
    }

    public TimeIndex times() {
        return times;
    }
}
