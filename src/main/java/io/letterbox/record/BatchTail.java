package io.letterbox.record;

import io.letterbox.error.ApiException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The end of a batch, for a reader that begins within the batch. Records are found by walking the batch from its first
 * one, which takes tens of milliseconds for the last of a million: too long for an event loop. So a thread of the
 * storage walks, and hands on a batch that begins at the requested record. Pure functions.
 */
public final class BatchTail {
    /** How many records an event loop may skip, which takes less than a millisecond. */
    static final int MAX_PASSED_RECORDS = 1 << 16;

    /**
     * The largest compressed batch that an event loop may decompress: it can become a mebibyte (a ratio of 64), which
     * takes some milliseconds.
     */
    static final int MAX_INFLATED_ON_LOOP_BYTES = 16 << 10;

    /**
     * The largest tail in bytes, though it has at least one record; it has at most MAX_PASSED_RECORDS records, which an
     * event loop may skip again.
     */
    static final int MAX_TAIL_BYTES = 1 << 20;

    private BatchTail() {}

    /**
     * Whether the first record from an offset on lies so deep within its batch that an event loop must not search for
     * it.
     */
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
     * A batch with the records from an offset on, out of the batch that holds this offset; as many as fit into
     * {@link #MAX_TAIL_BYTES}. It has the header fields of the whole batch, but is not compressed. Blocks while the
     * records before the offset are skipped.
     *
     * @param batches where {@link #isDeep} is true
     * @throws ApiException CORRUPT_RECORDS and the like if a record at or before the offset cannot be read
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
        // The batch's last offset may be beyond its last record, because compaction has dropped records.
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
            // The readable records are returned first; the next read reports the unreadable one.
            if (count == 0) throw unreadable;
            lastDelta = keptDelta;
        } finally {
            parser.close();
        }
        ByteBuffer tail = ByteBuffer.wrap(out, 0, size);
        RecordBatch.of(tail).convertToTail(count, lastDelta);
        return tail;
    }
}
