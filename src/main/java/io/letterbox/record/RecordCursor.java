package io.letterbox.record;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Walks the records of a buffer of batches. Nothing is allocated per record unless a copy is asked for; control batches
 * are skipped. The buffer is not changed, and must not be changed by others in the meantime. Compressed batches are
 * decompressed on the way: a record's bytes are valid until the next call of {@link #next}. A cursor that may not be
 * read to its end has to be closed, because some codecs hold native memory.
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
     * @param fromOffset records below it are skipped
     */
    public RecordCursor(ByteBuffer batches, long fromOffset) {
        this(batches, fromOffset, List.of());
    }

    /**
     * Also skips the records of aborted transactions.
     *
     * @param aborted the aborted transactions that have records in the batches, by first offset
     */
    public RecordCursor(ByteBuffer batches, long fromOffset, List<AbortedTransaction> aborted) {
        this.batches = RecordBatch.cursor(batches);
        this.fromOffset = fromOffset;
        this.aborted = new AbortedFilter(aborted);
    }

    /**
     * Moves to the next record; false at the end.
     *
     * @throws ApiException CORRUPT_RECORDS if the bytes are not records, RECORD_TOO_LARGE if the decompressed size
     *     exceeds the limit, UNSUPPORTED_COMPRESSION for an unknown codec, CODEC_MISSING if the codec does not work on
     *     this machine
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
     * True if records could not be read because their bytes are damaged. If a codec does not work in this process, or
     * memory is short, the bytes may be sound.
     */
    public static boolean isDamage(ApiException refusal) {
        return refusal.code() != ErrorCode.CODEC_MISSING && refusal.code() != ErrorCode.INTERNAL;
    }

    private boolean nextBatch() {
        parser.close();
        if (!batches.next()) return false;
        batch = batches.batch();
        if (aborted.isAborted(batch) || batch.lastOffset() < fromOffset || batch.isControl()) return true;
        parser.start(batch);
        left = batch.recordCount();
        if (left < 0) throw new ApiException(ErrorCode.CORRUPT_RECORDS, "A batch has a negative number of records.");
        return true;
    }

    /**
     * True if a reader that goes on later should keep the cursor: skipping the records read so far again would be
     * costly.
     */
    public boolean isWorthKeeping() {
        return left > 0 && (batch.compressed() || batch.recordCount() > FEW_RECORDS);
    }

    /** True if more records of the same compressed batch follow. */
    public boolean isWithinCompressed() {
        return left > 0 && batch.compressed();
    }

    /** The record's encoded size, including its length field and headers. */
    public int sizeInBytes() {
        return parser.position() - parser.recordAt;
    }

    /** Releases the codec's resources; the current record can still be read. */
    @Override
    public void close() {
        parser.close();
    }

    /** The record's offset. */
    public long offset() {
        return offset;
    }

    /** The record's timestamp in milliseconds since 1970, or -1 if it has none. */
    public long timestampMs() {
        return timestampMs;
    }

    /** The array that holds key and value. */
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
