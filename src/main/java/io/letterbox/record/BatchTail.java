package io.letterbox.record;

import io.letterbox.error.ApiException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * What is left of a batch for a reader who begins within it. The records of a batch are found by walking them from its
 * first one on, which for the last of a million takes tens of milliseconds: too long for an event loop. So a reader thread
 * walks, and hands on a batch that begins where the reader wants to. Pure functions.
 */
public final class BatchTail {
    /** As many records may be passed over on an event loop; that takes less than a millisecond. */
    static final int MAX_PASSED_RECORDS = 1 << 16;

    /** A compressed batch of so many bytes can become a mebibyte, or 64 times as much: some milliseconds. */
    static final int MAX_INFLATED_ON_LOOP_BYTES = 16 << 10;

    /** A tail has at most so many records, which again may be passed over, and so many bytes, but always one record. */
    static final int MAX_TAIL_BYTES = 1 << 20;

    private BatchTail() {}

    /** Whether the first record from an offset on lies so far within its batch that an event loop must not look for it. */
    public static boolean isDeep(ByteBuffer batches, long fromOffset) {
        BatchCursor cursor = RecordBatch.cursor(batches);
        while (cursor.next()) {
            RecordBatch batch = cursor.batch();
            if (batch.lastOffset() < fromOffset) continue;
            long passed = Math.min(fromOffset - batch.baseOffset(), batch.recordCount());
            if (passed <= 0 || batch.isControl()) return false;
            if (batch.compressed()) return batch.sizeInBytes() > MAX_INFLATED_ON_LOOP_BYTES;
            return passed > MAX_PASSED_RECORDS;
        }
        return false;
    }

    /**
     * A batch with the records from an offset on, of the batch that holds this offset; as many as {@link #MAX_TAIL_BYTES}
     * has room for. It says of itself what the whole one does, but is not compressed. Blocks for as long as it takes to
     * get there.
     *
     * @param batches where {@link #isDeep} is true
     * @throws ApiException CORRUPT_RECORDS and the like where a record at or before the offset cannot be read
     */
    public static ByteBuffer of(ByteBuffer batches, long fromOffset) {
        BatchCursor cursor = RecordBatch.cursor(batches);
        while (cursor.next()) {
            if (cursor.batch().lastOffset() >= fromOffset) return tail(cursor.batch(), fromOffset);
        }
        throw new IllegalArgumentException("No batch holds offset " + fromOffset);
    }

    private static ByteBuffer tail(RecordBatch whole, long fromOffset) {
        byte[] out = Arrays.copyOfRange(
                whole.array(),
                whole.start(),
                whole.start() + RecordBatch.HEADER_BYTES + Math.min(1 << 14, MAX_TAIL_BYTES));
        int size = RecordBatch.HEADER_BYTES;
        int count = 0;
        int keptDelta = 0;
        // Behind the last record there may have been others, which compaction has taken.
        int lastDelta = whole.lastOffsetDelta();
        RecordParser parser = new RecordParser();
        try {
            parser.start(whole);
            for (int left = whole.recordCount(); left > 0; left--) {
                if (!parser.next()) throw parser.corrupt();
                if (whole.baseOffset() + parser.offsetDelta < fromOffset) continue;
                int bytes = parser.position() - parser.recordAt;
                if (count > 0 && (count == MAX_PASSED_RECORDS || size + bytes > MAX_TAIL_BYTES)) {
                    lastDelta = parser.offsetDelta - 1;
                    break;
                }
                if (size + bytes > out.length) out = Arrays.copyOf(out, Math.max(size + bytes, 2 * out.length));
                System.arraycopy(parser.array, parser.recordAt, out, size, bytes);
                size += bytes;
                count++;
                keptDelta = parser.offsetDelta;
            }
        } catch (ApiException unreadable) {
            // What could be read comes first; whoever goes on behind it meets what cannot be read.
            if (count == 0) throw unreadable;
            lastDelta = keptDelta;
        } finally {
            parser.close();
        }
        ByteBuffer tail = ByteBuffer.wrap(out, 0, size);
        RecordBatch.of(tail).becomeTail(count, lastDelta);
        return tail;
    }
}
