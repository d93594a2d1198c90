package io.letterbox.log.compaction;

import io.letterbox.record.AbortedFilter;
import io.letterbox.record.AbortedTransaction;
import io.letterbox.record.RecordBatch;
import io.letterbox.record.TransactionMarker;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What compaction may drop because of transactions, while batches go by in order: the records of aborted ones at once,
 * and markers that no batch needs any more. Used for one pass, on one thread.
 */
final class CleanedTransactions {
    private final AbortedFilter aborted;

    /** Whose transaction has had a batch, even an empty one, since its last marker. */
    private final Set<Long> withBatches = new HashSet<>();

    /** @param byFirstOffset the aborted transactions that have records in what goes by */
    CleanedTransactions(List<AbortedTransaction> byFirstOffset) {
        this.aborted = new AbortedFilter(byFirstOffset);
    }

    /** Takes note of the next batch; true where it is a batch of an aborted transaction. */
    boolean leavesOut(RecordBatch batch) {
        if (batch.isTransactional() && !batch.isControl()) withBatches.add(batch.producerId());
        return aborted.leavesOut(batch);
    }

    /**
     * After {@link #leavesOut}, for a control batch: true where nothing is left of the transaction that it ended, so that
     * it may go once those who began to read before have had time to see it.
     */
    boolean endsNothing(RecordBatch control) {
        return TransactionMarker.of(control) != null && !withBatches.remove(control.producerId());
    }
}
