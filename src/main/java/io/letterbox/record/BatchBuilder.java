package io.letterbox.record;

import java.nio.ByteBuffer;
import java.util.List;

/** Builds one uncompressed record batch v2 in a growing heap array. */
public final class BatchBuilder {
    public BatchBuilder(int initialBytes) {}

    /** Returns the record's index in the batch, from 0. */
    public int append(long timestampMs, byte[] key, byte[] value, List<RecordHeader> headers) {
        throw new AssertionError();
    }

    /** Like the other, with the value in a part of an array; {@code src} null for a null value. */
    public int append(
            long timestampMs, byte[] key, byte[] src, int valueOffset, int valueLength, List<RecordHeader> headers) {
        throw new AssertionError();
    }

    public int recordCount() {
        throw new AssertionError();
    }

    /** The size of the batch if it were built now, header included. */
    public int sizeInBytes() {
        throw new AssertionError();
    }

    /** The finished batch with base offset 0; the builder must not be used any more. */
    public ByteBuffer build() {
        throw new AssertionError();
    }
}
