package io.letterbox.log;

import io.letterbox.record.RecordBatch;

/**
 * The offset index and the time index of one segment in memory, made from its batches while they go by. Grown by one
 * thread; looked up from any.
 */
public final class MemoryIndex {
    private final long baseOffset;
    private final OffsetIndex offsets;
    private final TimeIndex times;

    // Written by the thread that grows it, read by any.
    private volatile long maxTimestampMs = -1;

    // Of the thread that grows it.
    private long maxTimestampOffset;
    private long bytesSinceEntry;

    /** One of no batches yet. */
    public MemoryIndex(long baseOffset) {
        this(baseOffset, new OffsetIndex(), new TimeIndex());
    }

    /** One that goes on where two index files end. */
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
     * Takes note of the next batch: makes an entry of it where the last one lies far enough behind.
     *
     * @param position where the batch begins in the segment's file
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

    /** Lets the time index end with the greatest timestamp of all. */
    public void finish() {
        if (maxTimestampMs >= 0) times.add(maxTimestampMs, (int) (maxTimestampOffset - baseOffset));
    }

    /** The newest timestamp of all batches, -1 where there is none. */
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
