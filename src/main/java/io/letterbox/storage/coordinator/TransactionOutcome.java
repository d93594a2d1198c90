package io.letterbox.storage.coordinator;

import io.letterbox.record.RecordBatch;
import io.letterbox.record.TransactionMarker;

/**
 * The outcome of a transaction in one partition.
 *
 * @param producerId the producer's id
 * @param producerEpoch the producer's epoch
 * @param commit true if the transaction is committed, false if it is aborted
 */
public record TransactionOutcome(long producerId, short producerEpoch, boolean commit) {
    /** The outcome in a batch's marker; null if the batch is not a marker. */
    static TransactionOutcome of(RecordBatch batch) {
        TransactionMarker marker = TransactionMarker.of(batch);
        return marker == null
                ? null
                : new TransactionOutcome(batch.producerId(), batch.producerEpoch(), marker.commit());
    }
}
