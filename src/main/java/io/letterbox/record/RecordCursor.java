package io.letterbox.record;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Walks the records of a buffer of batches. Nothing is allocated per record unless a copy is asked for; batches of
 * control markers are passed over. The buffer is not changed, and must not be by others meanwhile. Compressed batches
 * are decompressed on the way: a record's bytes are there until the next one is asked for. Whoever may stop before the
 * end closes the cursor, because some codecs hold memory of the operating system.
 */
public final class RecordCursor implements AutoCloseable {
    private static final int FEW_RECORDS = 1024;

    private final BatchCursor batches;
    private final long fromOffset;
    private final AbortedFilter aborted;
    private final RecordParser parser = new RecordParser();
    private RecordBatch batch;
    private int left;
    private long offset;
    private long timestampMs;

    /**
     * @param batches whole batches in a heap buffer, between position and limit
     * @param fromOffset records below it are passed over
     */
    public RecordCursor(ByteBuffer batches, long fromOffset) {
        this(batches, fromOffset, List.of());
    }

    /**
     * Passes over the records of aborted transactions, too.
     *
     * @param aborted those that have records in the batches, by first offset
     */
    public RecordCursor(ByteBuffer batches, long fromOffset, List<AbortedTransaction> aborted) {
        this.batches = RecordBatch.cursor(batches);
        this.fromOffset = fromOffset;
        this.aborted = new AbortedFilter(aborted);
    }

    /**
     * Moves to the next record; false at the end.
     *
     * @throws ApiException CORRUPT_RECORDS where the bytes are not records, RECORD_TOO_LARGE where more of them come out of
     *     compression than is allowed, UNSUPPORTED_COMPRESSION where there is no such codec, CODEC_MISSING where
     *     it does not work here
     */
    public boolean next() {
        do {
            while (left == 0) {
                if (!nextBatch()) return false;
            }
            left--;
            try {
                if (!parser.next()) throw parser.corrupt();
            } catch (ApiException damaged) {
                close();
                throw damaged;
            }
            offset = batch.baseOffset() + parser.offsetDelta;
        } while (offset < fromOffset);
        timestampMs = batch.isLogAppendTime() ? batch.maxTimestamp() : batch.baseTimestamp() + parser.timestampDelta;
        return true;
    }

    /**
     * True where records could not be read for what they are. A codec that does not work in this process, or a want of
     * memory, says nothing of the bytes: the same batch is read well elsewhere.
     */
    public static boolean isDamage(ApiException refusal) {
        return refusal.code() != ErrorCode.CODEC_MISSING && refusal.code() != ErrorCode.INTERNAL;
    }

    private boolean nextBatch() {
        parser.close();
        if (!batches.next()) return false;
        batch = batches.batch();
        if (aborted.leavesOut(batch) || batch.lastOffset() < fromOffset || batch.isControl()) return true;
        parser.start(batch);
        left = batch.recordCount();
        if (left < 0) throw new ApiException(ErrorCode.CORRUPT_RECORDS, "A batch has a negative number of records.");
        return true;
    }

    /** True where more records of the same batch follow than it costs little to pass over again, or of a compressed one. */
    public boolean isWorthKeeping() {
        return left > 0 && (batch.compressed() || batch.recordCount() > FEW_RECORDS);
    }

    /** True where more records of the same compressed batch follow. */
    public boolean isWithinCompressed() {
        return left > 0 && batch.compressed();
    }

    /** The record's size, with its length before it and its headers. */
    public int sizeInBytes() {
        return parser.position() - parser.recordAt;
    }

    /** Gives back what decompressing holds; the record that was moved to can still be read. */
    @Override
    public void close() {
        parser.close();
    }

    /** The record's offset. */
    public long offset() {
        return offset;
    }

    /** The record's timestamp in milliseconds since 1970, or -1 where it has none. */
    public long timestampMs() {
        return timestampMs;
    }

    /** The array that key and value lie in. */
    public byte[] array() {
        return parser.array;
    }

    /** The index of the key's first byte in {@link #array()}. */
    public int keyOffset() {
        return parser.keyOffset;
    }

    /** The key's length in bytes, -1 for a null key. */
    public int keyLength() {
        return parser.keyLength;
    }

    /** The index of the value's first byte in {@link #array()}. */
    public int valueOffset() {
        return parser.valueOffset;
    }

    /** The value's length in bytes, -1 for a null value. */
    public int valueLength() {
        return parser.valueLength;
    }

    /** How many headers the record has. */
    public int headerCount() {
        return parser.headerCount;
    }

    /** The record's headers, in order, copied. */
    public List<RecordHeader> headers() {
        return parser.headers();
    }

    /** A copy of the key, or null. */
    public byte[] key() {
        return parser.copy(parser.keyOffset, parser.keyLength);
    }

    /** A copy of the value, or null. */
    public byte[] value() {
        return parser.copy(parser.valueOffset, parser.valueLength);
    }
}
