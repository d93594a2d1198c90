package io.letterbox.record;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * A view of one record batch v2 (magic 2, KIP-98) in a heap buffer. Nothing is copied or kept: the view can be pointed
 * at one batch after the other.
 *
 * <pre>
 *  0        8        12      16    17     21     23        27        35        43      51      53     57      61
 *  ┌────────┬────────┬───────┬─────┬──────┬──────┬─────────┬─────────┬─────────┬───────┬───────┬──────┬───────┬───────┐
 *  │ base   │ length │ leader│magic│ crc  │ attri│ last    │ base    │ max     │ produ-│ prod. │ base │ record│ records
 *  │ offset │ from 12│ epoch │ = 2 │ 32C  │ butes│ offset  │ time-   │ time-   │ cer id│ epoch │ seq. │ count │  ...
 *  │ int64  │ int32  │ int32 │int8 │uint32│ int16│ Δ int32 │ stamp 64│ stamp 64│ int64 │ int16 │ int32│ int32 │
 *  └────────┴────────┴───────┴─────┴──────┴──────┴─────────┴─────────┴─────────┴───────┴───────┴──────┴───────┴───────┘
 *                                         └─────────────── covered by the CRC-32C, to the end of the batch ──────────┘
 *  attributes: bits 0-2 compression, 3 timestamp type (1 = time of the append), 4 transactional, 5 control,
 *  6 the base timestamp is a delete horizon (KIP-534)
 * </pre>
 *
 * All numbers are big-endian. Offset and leader epoch lie outside the checksum, so that a leader can assign them in
 * place. The getters trust the bytes, so {@link #defect()} has to be called first on bytes that have not been checked.
 */
public final class RecordBatch {
    /** Bytes before the first record. */
    public static final int HEADER_BYTES = 61;

    /** Bytes before those that the length field counts. */
    static final int LENGTH_FROM = 12;

    static final int LENGTH_AT = 8;
    static final int EPOCH_AT = 12;
    static final int MAGIC_AT = 16;
    static final int CRC_AT = 17;
    static final int ATTRIBUTES_AT = 21;

    /** A batch's checksum covers everything from here to the end. */
    public static final int CHECKSUM_FROM = ATTRIBUTES_AT;

    static final int LAST_DELTA_AT = 23;
    static final int BASE_TIMESTAMP_AT = 27;
    static final int MAX_TIMESTAMP_AT = 35;
    static final int PRODUCER_ID_AT = 43;
    static final int PRODUCER_EPOCH_AT = 51;
    static final int SEQUENCE_AT = 53;
    static final int COUNT_AT = 57;

    static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);

    /** The flag of a batch whose base timestamp is a delete horizon. */
    static final int DELETE_HORIZON = 0x40;

    private static final int COMPRESSION = 0x07;
    private static final int LOG_APPEND_TIME = 0x08;

    /** The flag of a batch that belongs to a transaction. */
    public static final int TRANSACTIONAL = 0x10;

    /** The flag of a batch that holds markers and no records. */
    public static final int CONTROL = 0x20;

    /** The sequence of a batch whose producer does not number its records. */
    public static final int NO_SEQUENCE = -1;

    private byte[] array;
    private int start;
    private int available;
    private int position;

    /**
     * Points this view at the batch that begins at an absolute position of a heap buffer. Nothing is checked here.
     *
     * @return this
     */
    public RecordBatch wrap(ByteBuffer buffer, int batchPosition) {
        array = buffer.array();
        start = buffer.arrayOffset() + batchPosition;
        available = buffer.limit() - batchPosition;
        position = batchPosition;
        return this;
    }

    /** A new view of the batch at the buffer's position. */
    public static RecordBatch of(ByteBuffer buffer) {
        return new RecordBatch().wrap(buffer, buffer.position());
    }

    /** Walks the batches between the buffer's position and limit; the buffer is not changed. */
    public static BatchCursor cursor(ByteBuffer batches) {
        return new BatchCursor(batches);
    }

    /**
     * The offset after the last record of the last batch in the buffer, or {@code otherwise} if it is empty.
     *
     * @throws io.letterbox.error.ApiException CORRUPT_RECORDS if the bytes cannot be batches
     */
    public static long nextOffset(ByteBuffer batches, long otherwise) {
        BatchCursor cursor = cursor(batches);
        long next = otherwise;
        while (cursor.next()) next = cursor.batch().nextOffset();
        return next;
    }

    /** The batch's position in its buffer, as given to {@link #wrap}. */
    public int position() {
        return position;
    }

    byte[] array() {
        return array;
    }

    /** The index in the array at which the batch begins. */
    int start() {
        return start;
    }

    /** The offset of the first record that the batch was written with. */
    public long baseOffset() {
        return (long) LONG.get(array, start);
    }

    /** The whole batch, header included, as its length field says; 61 or more in a sound one. */
    public int sizeInBytes() {
        return (int) INT.get(array, start + LENGTH_AT) + LENGTH_FROM;
    }

    /** The offset of the last record that the batch was written with. */
    public long lastOffset() {
        return baseOffset() + lastOffsetDelta();
    }

    /** The offset after {@link #lastOffset()}. */
    public long nextOffset() {
        return lastOffset() + 1;
    }

    int lastOffsetDelta() {
        return (int) INT.get(array, start + LAST_DELTA_AT);
    }

    /** The epoch of the leader that appended it; -1 before that. */
    public int leaderEpoch() {
        return (int) INT.get(array, start + EPOCH_AT);
    }

    /** The format's version, 2. */
    public byte magic() {
        return array[start + MAGIC_AT];
    }

    /** The flags, as drawn above. */
    public int attributes() {
        return (short) SHORT.get(array, start + ATTRIBUTES_AT);
    }

    /** True if the records are compressed. */
    public boolean compressed() {
        return compression() != 0;
    }

    /** The compression: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd; 5 to 7 are not assigned. */
    public int compression() {
        return attributes() & COMPRESSION;
    }

    /** True for a batch that belongs to a transaction. */
    public boolean isTransactional() {
        return (attributes() & TRANSACTIONAL) != 0;
    }

    /** True for a batch of markers, which readers do not see. */
    public boolean isControl() {
        return (attributes() & CONTROL) != 0;
    }

    /** True if {@link #maxTimestamp()}, the time of the append, is every record's timestamp. */
    public boolean isLogAppendTime() {
        return (attributes() & LOG_APPEND_TIME) != 0;
    }

    /**
     * True if compaction has found the batch's tombstones and has set the base timestamp to the time at which they may
     * be dropped.
     */
    public boolean hasDeleteHorizon() {
        return (attributes() & DELETE_HORIZON) != 0;
    }

    /** The timestamp to which the records' timestamps are relative, in milliseconds since 1970. */
    public long baseTimestamp() {
        return (long) LONG.get(array, start + BASE_TIMESTAMP_AT);
    }

    /** The greatest timestamp in the batch, in milliseconds since 1970; -1 if there is none. */
    public long maxTimestamp() {
        return (long) LONG.get(array, start + MAX_TIMESTAMP_AT);
    }

    /** The idempotent producer's id, or -1. */
    public long producerId() {
        return (long) LONG.get(array, start + PRODUCER_ID_AT);
    }

    /** The idempotent producer's epoch, or -1. */
    public short producerEpoch() {
        return (short) SHORT.get(array, start + PRODUCER_EPOCH_AT);
    }

    /** The idempotent producer's number of the first record, or -1. */
    public int baseSequence() {
        return (int) INT.get(array, start + SEQUENCE_AT);
    }

    /** The idempotent producer's number of the last record, or -1. After 2^31-1 comes 0. */
    public int lastSequence() {
        int first = baseSequence();
        return first < 0 ? first : first + lastOffsetDelta() & Integer.MAX_VALUE;
    }

    /** The number of records; 0 is possible after compaction. */
    public int recordCount() {
        return (int) INT.get(array, start + COUNT_AT);
    }

    /** Sets base offset and leader epoch in place; the checksum does not cover them. */
    public void assign(long baseOffset, int leaderEpoch) {
        LONG.set(array, start, baseOffset);
        INT.set(array, start + EPOCH_AT, leaderEpoch);
    }

    /** Gives all records the time of the append (attribute bit 3) and updates the checksum. */
    public void stampAppendTime(long timestampMs) {
        SHORT.set(array, start + ATTRIBUTES_AT, (short) (attributes() | LOG_APPEND_TIME));
        LONG.set(array, start + MAX_TIMESTAMP_AT, timestampMs);
        INT.set(array, start + CRC_AT, checksum());
    }

    /** Numbers the records as those of a producer (KIP-98) and updates the checksum. */
    public void number(long producerId, short producerEpoch, int baseSequence) {
        LONG.set(array, start + PRODUCER_ID_AT, producerId);
        SHORT.set(array, start + PRODUCER_EPOCH_AT, producerEpoch);
        INT.set(array, start + SEQUENCE_AT, baseSequence);
        INT.set(array, start + CRC_AT, checksum());
    }

    /** Sets the greatest timestamp in the header and updates the checksum. */
    void setMaxTimestamp(long timestampMs) {
        LONG.set(array, start + MAX_TIMESTAMP_AT, timestampMs);
        INT.set(array, start + CRC_AT, checksum());
    }

    /** Adapts this copy of a batch's header to the uncompressed records behind it. */
    void convertToTail(int count, int lastDelta) {
        INT.set(array, start + LENGTH_AT, available - LENGTH_FROM);
        SHORT.set(array, start + ATTRIBUTES_AT, (short) (attributes() & ~COMPRESSION));
        INT.set(array, start + LAST_DELTA_AT, lastDelta);
        INT.set(array, start + COUNT_AT, count);
        INT.set(array, start + CRC_AT, checksum());
    }

    /** The CRC-32C (RFC 3720, appendix B.4) of everything from the attributes to the end. */
    int checksum() {
        CRC32C crc = new CRC32C();
        crc.update(array, start + ATTRIBUTES_AT, sizeInBytes() - ATTRIBUTES_AT);
        return (int) crc.getValue();
    }

    /** The size of the batch at a position of any buffer, as its length field says; 61 or more in a sound one. */
    public static int sizeAt(ByteBuffer buffer, int batchPosition) {
        return buffer.getInt(batchPosition + LENGTH_AT) + LENGTH_FROM;
    }

    /** Whether the checksum of a batch is right; the size must be, and the bytes be there. */
    public boolean hasRightChecksum() {
        return (int) INT.get(array, start + CRC_AT) == checksum();
    }

    /** True if sizes, magic, counts and checksum are right: {@link #defect()} is null. */
    public boolean isValid() {
        return defect() == null;
    }

    /**
     * What is wrong with the header or the checksum, as a sentence, or null if they are right. Reads no byte beyond the
     * buffer's limit and never throws, whatever the bytes are.
     */
    public String defect() {
        if (available < HEADER_BYTES) return "The batch breaks off within its header.";
        int size = sizeInBytes();
        if (size < HEADER_BYTES || size > available) {
            return "The batch says that it has " + size + " bytes, and " + available + " are there.";
        }
        if (magic() != 2) return "The batch has the format version " + magic() + ", and only 2 is known.";
        if (!hasRightChecksum()) return "The checksum of the batch is wrong.";
        int delta = lastOffsetDelta();
        int count = recordCount();
        if (delta < 0 || count < 0 || count - 1 > delta) {
            return "The batch says that it has " + count + " records up to offset delta " + delta + ".";
        }
        if (baseOffset() < 0 || lastOffset() < 0) return "The batch has a negative offset.";
        return null;
    }
}
