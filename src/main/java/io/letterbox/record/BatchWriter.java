package io.letterbox.record;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.apache.kafka.common.utils.ByteBufferOutputStream;

/**
 * Writes a batch again, with other records or another codec. Header fields that are not set are copied from the
 * original, such as offsets, leader epoch and producer. For one thread; used once.
 */
final class BatchWriter implements AutoCloseable {
    static final int CODEC_BITS = 0x07;

    private final RecordBatch original;
    private final Codec codec;
    private final int maxBytes;
    private final ByteBufferOutputStream target;
    private final OutputStream records;
    private boolean closed;
    private int recordCount;
    private int flags;
    private long baseTimestampMs;
    private long maxTimestampMs;

    /**
     * @param original the batch whose header is copied
     * @param level the compression level, or {@link Codec#DEFAULT_LEVEL}
     * @param maxBytes the limit for the new batch
     */
    BatchWriter(RecordBatch original, Codec codec, int level, int maxBytes) {
        this.original = original;
        this.codec = codec;
        this.maxBytes = maxBytes;
        this.flags = original.attributes();
        this.baseTimestampMs = original.baseTimestamp();
        this.maxTimestampMs = original.maxTimestamp();
        this.target = new ByteBufferOutputStream(original.sizeInBytes());
        target.position(RecordBatch.HEADER_BYTES);
        try {
            this.records = codec.compress(target, level);
        } catch (IOException impossible) {
            throw new AssertionError("memory takes everything", impossible);
        }
    }

    /** Sets attribute bits. */
    void flag(int bits) {
        flags |= bits;
    }

    void timestamps(long baseMs, long maxMs) {
        baseTimestampMs = baseMs;
        maxTimestampMs = maxMs;
    }

    /**
     * Adds an encoded record, which begins with its length.
     *
     * @throws ApiException RECORD_TOO_LARGE if the batch has become too large
     */
    void record(byte[] array, int from, int length) {
        bytes(array, from, length);
        recordCount++;
    }

    /** Adds an encoded record in two parts: the first bytes of one array, and a part of another. */
    void record(byte[] head, int headLength, byte[] array, int from, int length) {
        bytes(head, 0, headLength);
        record(array, from, length);
    }

    private void bytes(byte[] array, int from, int length) {
        try {
            records.write(array, from, length);
        } catch (IOException impossible) {
            throw new AssertionError("memory takes everything", impossible);
        }
        requireRoom();
    }

    private void requireRoom() {
        if (target.position() <= maxBytes) return;
        throw new ApiException(
                ErrorCode.RECORD_TOO_LARGE,
                "As it is to be kept (" + codec.word() + "), the batch has more than " + maxBytes + " bytes.");
    }

    /** The batch; the writer is not used any more. */
    ByteBuffer finish() {
        close();
        requireRoom();
        ByteBuffer batch = target.buffer().flip();
        byte[] array = batch.array();
        System.arraycopy(original.array(), original.start(), array, 0, RecordBatch.HEADER_BYTES);
        RecordBatch.INT.set(array, RecordBatch.LENGTH_AT, batch.limit() - RecordBatch.LENGTH_FROM);
        RecordBatch.SHORT.set(array, RecordBatch.ATTRIBUTES_AT, (short) (flags & ~CODEC_BITS | codec.id()));
        RecordBatch.LONG.set(array, RecordBatch.BASE_TIMESTAMP_AT, baseTimestampMs);
        RecordBatch.LONG.set(array, RecordBatch.MAX_TIMESTAMP_AT, maxTimestampMs);
        RecordBatch.INT.set(array, RecordBatch.COUNT_AT, recordCount);
        RecordBatch.INT.set(array, RecordBatch.CRC_AT, RecordBatch.of(batch).checksum());
        return batch;
    }

    @Override
    public void close() {
        if (closed) return;
        closed = true;
        try {
            records.close();
        } catch (IOException impossible) {
            throw new AssertionError("memory takes everything", impossible);
        }
    }
}
