package io.letterbox.storage.coordinator;

import io.letterbox.record.RecordBatch;
import io.letterbox.record.TransactionMarker;

/**
 * A transaction has ended in one partition.
 *
 * @param producerId whose transaction
 * @param producerEpoch of the producer
 * @param commit whether what was written counts
 */
public record TransactionOutcome(long producerId, short producerEpoch, boolean commit) {
    /** What the marker in a batch says; null where it holds something else. */
    static TransactionOutcome of(RecordBatch batch) {
        TransactionMarker marker = TransactionMarker.of(batch);
        return marker == null
                ? null
                : new TransactionOutcome(batch.producerId(), batch.producerEpoch(), marker.commit());
    }
}
