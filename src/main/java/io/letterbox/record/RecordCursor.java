package io.letterbox.record;

import java.nio.ByteBuffer;
import java.util.List;

/** Walks the records of a buffer of batches without allocating; control batches are passed over. */
public final class RecordCursor {
    /**
     * @param batches whole batches between position and limit; not changed
     * @param fromOffset records below it are passed over
     */
    public RecordCursor(ByteBuffer batches, long fromOffset) {
        throw new AssertionError();
    }

    /**
     * Moves to the next record; false at the end.
     *
     * @throws io.letterbox.error.ApiException CORRUPT_RECORDS, or UNSUPPORTED_COMPRESSION for a compressed batch
     */
    public boolean next() {
        throw new AssertionError();
    }

    public long offset() {
        throw new AssertionError();
    }

    public long timestampMs() {
        throw new AssertionError();
    }

    /** The array that key and value lie in. */
    public byte[] array() {
        throw new AssertionError();
    }

    public int keyOffset() {
        throw new AssertionError();
    }

    /** -1 for a null key. */
    public int keyLength() {
        throw new AssertionError();
    }

    public int valueOffset() {
        throw new AssertionError();
    }

    /** -1 for a null value. */
    public int valueLength() {
        throw new AssertionError();
    }

    public int headerCount() {
        throw new AssertionError();
    }

    public List<RecordHeader> headers() {
        throw new AssertionError();
    }

    /** A copy of the key, or null. */
    public byte[] key() {
        throw new AssertionError();
    }

    /** A copy of the value, or null. */
    public byte[] value() {
        throw new AssertionError();
    }
}
