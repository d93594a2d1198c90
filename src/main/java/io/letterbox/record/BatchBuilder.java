package io.letterbox.record;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Builds one uncompressed record batch v2 in a growing heap array; the format is drawn at {@link RecordBatch} and
 * {@link RecordParser}. For one thread; used once.
 */
public final class BatchBuilder {
    /** The largest possible batch; doors have far lower limits. */
    static final int MAX_BYTES = Integer.MAX_VALUE - 64;

    /** Of a record's length, attributes, timestamp, offset, two lengths and a count. */
    private static final int LONGEST_NUMBERS = 5 * Varint.MAX_INT_BYTES + 1 + Varint.MAX_LONG_BYTES;

    private byte[] array;
    private int at = RecordBatch.HEADER_BYTES;
    private int count;
    private long baseTimestampMs;
    private long maxTimestampMs = Long.MIN_VALUE;
    private long producerId = -1;
    private short producerEpoch = -1;
    private int baseSequence = RecordBatch.NO_SEQUENCE;
    private int flags;

    /** @param initialBytes the expected size of the batch; the array grows if needed */
    public BatchBuilder(int initialBytes) {
        array = new byte[Math.max(initialBytes, 128)];
    }

    /**
     * Adds a record.
     *
     * @param key the key, or null
     * @param value the value, or null for a tombstone
     * @return the record's index in the batch, from 0
     * @throws IllegalArgumentException if the batch would have more than 2 GiB
     */
    public int append(long timestampMs, byte[] key, byte[] value, List<RecordHeader> headers) {
        return appendSlice(timestampMs, key, value == null ? null : ByteBuffer.wrap(value), headers);
    }

    /** Like the other, with the value as what remains of a buffer that has an array. */
    public int appendSlice(long timestampMs, byte[] key, ByteBuffer value, List<RecordHeader> headers) {
        if (count == 0) baseTimestampMs = timestampMs;
        long timestampDelta = timestampMs - baseTimestampMs;
        int keyBytes = key == null ? -1 : key.length;
        int valueBytes = value == null ? -1 : value.remaining();
        long size = 1L
                + Varint.sizeOf(Varint.zigzag(timestampDelta))
                + varintSize(count)
                + varintSize(keyBytes)
                + Math.max(keyBytes, 0)
                + varintSize(valueBytes)
                + Math.max(valueBytes, 0)
                + varintSize(headers.size());
        for (int index = 0; index < headers.size(); index++) size += size(headers.get(index));
        reserve(size + LONGEST_NUMBERS);
        varint((int) size);
        array[at++] = 0;
        at = Varint.put(array, at, Varint.zigzag(timestampDelta));
        varint(count);
        blob(key, 0, keyBytes);
        if (value == null) varint(-1);
        else blob(value.array(), value.arrayOffset() + value.position(), valueBytes);
        varint(headers.size());
        for (int index = 0; index < headers.size(); index++) header(headers.get(index));
        maxTimestampMs = Math.max(maxTimestampMs, timestampMs);
        return count++;
    }

    /**
     * Sets the producer that numbers the records, so that repetitions are recognised.
     *
     * @param sequence the number of the first record, 0 to 2^31-1, or {@link RecordBatch#NO_SEQUENCE}
     * @return this
     */
    public BatchBuilder producer(long id, short epoch, int sequence) {
        producerId = id;
        producerEpoch = epoch;
        baseSequence = sequence;
        return this;
    }

    /**
     * Sets attributes, drawn at {@link RecordBatch}: {@link RecordBatch#TRANSACTIONAL}, {@link RecordBatch#CONTROL}.
     *
     * @return this
     */
    public BatchBuilder flags(int attributes) {
        flags |= attributes;
        return this;
    }

    /** How many records there are so far. */
    public int recordCount() {
        return count;
    }

    /** The size of the batch if it were built now, header included. */
    public int sizeInBytes() {
        return at;
    }

    /**
     * The finished batch, with base offset 0 and without a leader epoch. The builder must not be used any more.
     *
     * @throws IllegalStateException if there is no record
     */
    public ByteBuffer build() {
        if (count == 0) throw new IllegalStateException("A batch without records has no offset");
        RecordBatch.INT.set(array, RecordBatch.LENGTH_AT, at - RecordBatch.LENGTH_FROM);
        RecordBatch.INT.set(array, RecordBatch.EPOCH_AT, -1);
        array[RecordBatch.MAGIC_AT] = 2;
        RecordBatch.INT.set(array, RecordBatch.LAST_DELTA_AT, count - 1);
        RecordBatch.LONG.set(array, RecordBatch.BASE_TIMESTAMP_AT, baseTimestampMs);
        RecordBatch.LONG.set(array, RecordBatch.MAX_TIMESTAMP_AT, maxTimestampMs);
        RecordBatch.SHORT.set(array, RecordBatch.ATTRIBUTES_AT, (short) flags);
        RecordBatch.LONG.set(array, RecordBatch.PRODUCER_ID_AT, producerId);
        RecordBatch.SHORT.set(array, RecordBatch.PRODUCER_EPOCH_AT, producerEpoch);
        RecordBatch.INT.set(array, RecordBatch.SEQUENCE_AT, baseSequence);
        RecordBatch.INT.set(array, RecordBatch.COUNT_AT, count);
        ByteBuffer batch = ByteBuffer.wrap(array, 0, at);
        RecordBatch.INT.set(array, RecordBatch.CRC_AT, RecordBatch.of(batch).checksum());
        return batch;
    }

    private void reserve(long bytes) {
        long needed = at + bytes;
        if (needed <= array.length) return;
        if (needed > MAX_BYTES) throw new IllegalArgumentException("A batch cannot have " + needed + " bytes");
        array = Arrays.copyOf(array, (int) Math.min(MAX_BYTES, Math.max(needed, 2L * array.length)));
    }

    private static long size(RecordHeader header) {
        int keyBytes = utf8Length(header.key());
        int valueBytes = header.value() == null ? -1 : header.value().length;
        return (long) varintSize(keyBytes) + keyBytes + varintSize(valueBytes) + Math.max(valueBytes, 0);
    }

    private void header(RecordHeader header) {
        String key = header.key();
        int keyBytes = utf8Length(key);
        varint(keyBytes);
        if (keyBytes == key.length()) {
            // ASCII, as nearly all header names are, is copied without a temporary array.
            for (int index = 0; index < keyBytes; index++) array[at++] = (byte) key.charAt(index);
        } else {
            System.arraycopy(key.getBytes(StandardCharsets.UTF_8), 0, array, at, keyBytes);
            at += keyBytes;
        }
        blob(header.value(), 0, header.value() == null ? -1 : header.value().length);
    }

    private static int utf8Length(String text) {
        for (int index = 0; index < text.length(); index++) {
            if (text.charAt(index) >= 0x80) return text.getBytes(StandardCharsets.UTF_8).length;
        }
        return text.length();
    }

    private void blob(byte[] bytes, int offset, int length) {
        varint(length);
        if (length <= 0) return;
        System.arraycopy(bytes, offset, array, at, length);
        at += length;
    }

    private void varint(int value) {
        at = Varint.put(array, at, Varint.zigzag(value));
    }

    private static int varintSize(int value) {
        return Varint.sizeOf(Varint.zigzag(value));
    }
}
