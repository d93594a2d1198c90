package io.letterbox.record;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * The record with which a coordinator ends a transaction in a partition (KIP-98). It is alone in a control batch that
 * has the transaction's producer id and epoch.
 *
 * <pre>
 *  key                               value
 *  0            2                4   0            2                       6
 *  ┌────────────┬────────────────┐   ┌────────────┬───────────────────────┐
 *  │ version 0  │ 0 abort        │   │ version 0  │ coordinator epoch     │
 *  │ int16      │ 1 commit int16 │   │ int16      │ int32                 │
 *  └────────────┴────────────────┘   └────────────┴───────────────────────┘
 * </pre>
 *
 * @param commit whether the transaction is committed; aborted otherwise
 * @param coordinatorEpoch the epoch of the coordinator that decided; a partition refuses smaller ones from then on
 */
public record TransactionMarker(boolean commit, int coordinatorEpoch) {
    private static final short VERSION = 0;
    private static final short ABORT = 0;
    private static final short COMMIT = 1;
    private static final int KEY_BYTES = 4;
    private static final int VALUE_BYTES = 6;
    private static final int BATCH_BYTES = 128;

    /** The batch that ends a transaction, ready to be appended. */
    public ByteBuffer batch(long producerId, short producerEpoch, long timestampMs) {
        byte[] key = ByteBuffer.allocate(KEY_BYTES)
                .putShort(VERSION)
                .putShort(commit ? COMMIT : ABORT)
                .array();
        byte[] value = ByteBuffer.allocate(VALUE_BYTES)
                .putShort(VERSION)
                .putInt(coordinatorEpoch)
                .array();
        BatchBuilder batch = new BatchBuilder(BATCH_BYTES);
        batch.append(timestampMs, key, value, List.of());
        return batch.producer(producerId, producerEpoch, RecordBatch.NO_SEQUENCE)
                .flags(RecordBatch.TRANSACTIONAL | RecordBatch.CONTROL)
                .build();
    }

    /**
     * Reads the marker of a control batch.
     *
     * @return null if the batch holds none: it is of another kind, or compaction has emptied it
     */
    public static TransactionMarker of(RecordBatch batch) {
        if (!batch.isControl() || batch.recordCount() == 0 || batch.compressed()) return null;
        RecordParser record = new RecordParser();
        record.start(batch);
        if (!record.next() || record.keyLength < KEY_BYTES || record.valueLength < VALUE_BYTES) return null;
        int type = (short) RecordBatch.SHORT.get(record.array, record.keyOffset + Short.BYTES);
        if (type != ABORT && type != COMMIT) return null;
        return new TransactionMarker(
                type == COMMIT, (int) RecordBatch.INT.get(record.array, record.valueOffset + Short.BYTES));
    }
}
