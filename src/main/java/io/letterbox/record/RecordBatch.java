package io.letterbox.record;

import java.nio.ByteBuffer;

/** A view of one record batch v2 in a heap buffer. */
public final class RecordBatch {
    /** Bytes before the first record. */
    public static final int HEADER_BYTES = 61;

    /** Points this view at the batch that begins at an absolute position; nothing is checked. Returns this. */
    public RecordBatch wrap(ByteBuffer buffer, int position) {
        throw new AssertionError();
    }

    /** A new view of the batch at the buffer's position. */
    public static RecordBatch of(ByteBuffer buffer) {
        throw new AssertionError();
    }

    /** Walks the batches between the buffer's position and limit; the buffer is not changed. */
    public static BatchCursor cursor(ByteBuffer batches) {
        throw new AssertionError();
    }

    /** The offset after the last record of the last batch in the buffer, or {@code otherwise} where it is empty. */
    public static long nextOffset(ByteBuffer batches, long otherwise) {
        throw new AssertionError();
    }

    public int position() {
        throw new AssertionError();
    }

    public long baseOffset() {
        throw new AssertionError();
    }

    public int sizeInBytes() {
        throw new AssertionError();
    }

    public long lastOffset() {
        throw new AssertionError();
    }

    public long nextOffset() {
        throw new AssertionError();
    }

    public int leaderEpoch() {
        throw new AssertionError();
    }

    public byte magic() {
        throw new AssertionError();
    }

    public int attributes() {
        throw new AssertionError();
    }

    public boolean compressed() {
        throw new AssertionError();
    }

    /** 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd. */
    public int compression() {
        throw new AssertionError();
    }

    public boolean isTransactional() {
        throw new AssertionError();
    }

    public boolean isControl() {
        throw new AssertionError();
    }

    public boolean isLogAppendTime() {
        throw new AssertionError();
    }

    public long baseTimestamp() {
        throw new AssertionError();
    }

    public long maxTimestamp() {
        throw new AssertionError();
    }

    public long producerId() {
        throw new AssertionError();
    }

    public short producerEpoch() {
        throw new AssertionError();
    }

    public int baseSequence() {
        throw new AssertionError();
    }

    public int recordCount() {
        throw new AssertionError();
    }

    /** Sets base offset and leader epoch in place; the checksum does not cover them. */
    public void assign(long baseOffset, int leaderEpoch) {
        throw new AssertionError();
    }

    /** Gives all records the time of the append (attribute bit 3) and makes the checksum anew. */
    public void stampAppendTime(long timestampMs) {
        throw new AssertionError();
    }

    /** True where sizes, magic, counts and checksum (CRC-32C) are right. */
    public boolean isValid() {
        throw new AssertionError();
    }

    /** What is wrong with header or checksum, as a sentence, or null where they are right. Never throws. */
    public String defect() {
        throw new AssertionError();
    }

    /** Like {@link #defect()}, and walks the records as well; what doors call on bytes from outside. Never throws. */
    public String defectWithRecords() {
        throw new AssertionError();
    }
}
