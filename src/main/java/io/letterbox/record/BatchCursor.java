package io.letterbox.record;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import java.nio.ByteBuffer;

/** Walks the record batches of a buffer without allocating. Checks sizes and versions only, not checksums. */
public final class BatchCursor {
    private final ByteBuffer batches;
    private final RecordBatch batch = new RecordBatch();
    private int next;

    BatchCursor(ByteBuffer batches) {
        this.batches = batches;
        this.next = batches.position();
    }

    /**
     * Moves to the next whole batch; false at the end.
     *
     * @throws ApiException CORRUPT_RECORDS if the bytes cannot be a batch
     */
    public boolean next() {
        int available = batches.limit() - next;
        if (available == 0) return false;
        if (available < RecordBatch.HEADER_BYTES) throw corrupt("The last batch breaks off within its header.");
        batch.wrap(batches, next);
        int size = batch.sizeInBytes();
        if (size < RecordBatch.HEADER_BYTES || size > available) {
            throw corrupt("A batch says that it has " + size + " bytes, and " + available + " are there.");
        }
        if (batch.magic() != 2)
            throw corrupt("A batch has the format version " + batch.magic() + ", and only 2 is known.");
        next += size;
        return true;
    }

    /** The batch that {@link #next} moved to; the same object every time. */
    public RecordBatch batch() {
        return batch;
    }

    private static ApiException corrupt(String detail) {
        return new ApiException(ErrorCode.CORRUPT_RECORDS, detail);
    }
}
