package io.letterbox.log.compaction;

import io.letterbox.record.AbortedFilter;
import io.letterbox.record.AbortedTransaction;
import io.letterbox.record.RecordBatch;
import io.letterbox.record.TransactionMarker;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Decides what compaction may drop because of transactions, in one pass over the batches: records of aborted
 * transactions, and markers of transactions that have no batch left. For one thread.
 */
final class CleanedTransactions {
    private final AbortedFilter aborted;

    /** Producers that had a transactional batch, even an empty one, since their last marker. */
    private final Set<Long> withBatches = new HashSet<>();

    /** @param byFirstOffset the aborted transactions that have records in the pass */
    CleanedTransactions(List<AbortedTransaction> byFirstOffset) {
        this.aborted = new AbortedFilter(byFirstOffset);
    }

    /** Takes the next batch of the pass. Returns true if it belongs to an aborted transaction. */
    boolean isAborted(RecordBatch batch) {
        if (batch.isTransactional() && !batch.isControl()) withBatches.add(batch.producerId());
        return aborted.isAborted(batch);
    }

    /**
     * For a control batch, after {@link #isAborted}: true if no batch is left of the transaction that it ended, so that
     * it may be dropped after {@code delete.retention.ms}, which readers that have begun earlier get to see it.
     */
    boolean endsEmptyTransaction(RecordBatch control) {
        return TransactionMarker.of(control) != null && !withBatches.remove(control.producerId());
    }
}
