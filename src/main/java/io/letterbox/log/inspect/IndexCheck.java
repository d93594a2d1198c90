package io.letterbox.log.inspect;

import io.letterbox.log.OffsetIndex;
import io.letterbox.log.TimeIndex;
import io.letterbox.record.RecordBatch;
import java.nio.ByteBuffer;

/**
 * Compares the two index files of a segment with its batches, in one pass over the batches. Only the first wrong entry
 * of an index is reported. For one thread.
 */
final class IndexCheck {
    private final long baseOffset;
    private final ByteBuffer offsets;
    private final ByteBuffer times;
    private long maxTimestampMs = -1;
    private String offsetsDefect;
    private String timesDefect;

    IndexCheck(long baseOffset, ByteBuffer offsets, ByteBuffer times) {
        this.baseOffset = baseOffset;
        this.offsets = offsets;
        this.times = times;
    }

    void batch(RecordBatch batch, long position) {
        maxTimestampMs = Math.max(maxTimestampMs, batch.maxTimestamp());
        long relative = batch.lastOffset() - baseOffset;
        if (offsetsDefect == null) checkOffset(relative, position);
        if (timesDefect == null) checkTime(relative);
    }

    private void checkOffset(long relative, long position) {
        if (offsets.remaining() < OffsetIndex.ENTRY_BYTES) return;
        long entry = offsets.getLong(offsets.position());
        if (OffsetIndex.relativeOffset(entry) > relative) return;
        if (OffsetIndex.relativeOffset(entry) < relative) {
            offsetsDefect = "no batch ends at offset " + (baseOffset + OffsetIndex.relativeOffset(entry));
        } else if (OffsetIndex.position(entry) != position) {
            offsetsDefect = "the batch that ends at offset " + (baseOffset + relative) + " begins at byte " + position
                    + ", not " + OffsetIndex.position(entry);
        } else {
            offsets.position(offsets.position() + OffsetIndex.ENTRY_BYTES);
        }
    }

    private void checkTime(long relative) {
        if (times.remaining() < TimeIndex.ENTRY_BYTES) return;
        long timestampMs = times.getLong(times.position());
        int entry = times.getInt(times.position() + Long.BYTES);
        if (entry > relative) return;
        if (entry < relative) {
            timesDefect = "no batch ends at offset " + (baseOffset + entry);
        } else if (timestampMs != maxTimestampMs) {
            timesDefect = "the greatest timestamp up to offset " + (baseOffset + entry) + " is " + maxTimestampMs
                    + ", not " + timestampMs;
        } else {
            times.position(times.position() + TimeIndex.ENTRY_BYTES);
        }
    }

    /** To be called after all batches: remaining entries point beyond the last batch and are wrong. */
    void end() {
        if (offsetsDefect == null && offsets.hasRemaining()) {
            offsetsDefect = "there are entries for batches beyond the last one";
        }
        if (timesDefect == null && times.hasRemaining()) {
            timesDefect = "there are entries for batches beyond the last one";
        }
    }

    /** What is wrong with the offset index, or null. */
    String offsetsDefect() {
        return offsetsDefect;
    }

    /** Where its wrong entry is. */
    long offsetsPosition() {
        return offsets.position();
    }

    /** What is wrong with the time index, or null. */
    String timesDefect() {
        return timesDefect;
    }

    /** Where its wrong entry is. */
    long timesPosition() {
        return times.position();
    }
}
