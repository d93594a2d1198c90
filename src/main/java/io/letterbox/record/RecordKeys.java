package io.letterbox.record;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import java.nio.ByteBuffer;

/** The rule for compacted topics: every record has a key, because compaction keeps the last record of each key. */
public final class RecordKeys {
    private RecordKeys() {}

    /**
     * Checks the records of uncompressed batches; compressed ones are passed over. Allocates nothing per record.
     *
     * @param batches whole, valid batches between position and limit; not changed
     * @throws ApiException INVALID_RECORD where a record has no key
     */
    public static void requireAll(ByteBuffer batches) {
        BatchCursor cursor = RecordBatch.cursor(batches);
        RecordParser parser = new RecordParser();
        while (cursor.next()) {
            RecordBatch batch = cursor.batch();
            if (batch.compressed() || batch.isControl()) continue;
            parser.start(batch);
            for (int left = batch.recordCount(); left > 0; left--) {
                if (!parser.next()) throw parser.corrupt();
                if (parser.keyLength < 0) {
                    throw new ApiException(
                            ErrorCode.INVALID_RECORD,
                            "The topic is compacted (cleanup.policy), so every record needs a key; record "
                                    + parser.offsetDelta + " of the batch has none.");
                }
            }
        }
    }
}
