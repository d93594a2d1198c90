package io.letterbox.storage.coordinator;

import io.letterbox.record.RecordBatch;

/**
 * The end of a transaction in one partition, as a control batch says it (KIP-98).
 *
 * @param producerId whose transaction
 * @param producerEpoch of the producer
 * @param commit whether what was written counts
 */
public record TransactionMarker(long producerId, short producerEpoch, boolean commit) {
    private static final int ABORT = 0;
    private static final int COMMIT = 1;

    /** The marker in a batch; null where it holds something else. */
    static TransactionMarker of(RecordBatch batch) {
        if (!batch.isControl()) return null;
        int type = batch.controlType();
        if (type != ABORT && type != COMMIT) return null;
        return new TransactionMarker(batch.producerId(), batch.producerEpoch(), type == COMMIT);
    }
}
