package io.letterbox.record;

/** Walks the record batches of a buffer without allocating. */
public final class BatchCursor {
    BatchCursor() {}

    /**
     * Moves to the next whole batch; false at the end.
     *
     * @throws io.letterbox.error.ApiException CORRUPT_RECORDS where the bytes cannot be a batch
     */
    public boolean next() {
        throw new AssertionError();
    }

    /** The batch that {@link #next} moved to; the same object every time. */
    public RecordBatch batch() {
        throw new AssertionError();
    }
}
