package io.letterbox.record;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Finds the batches of aborted transactions in one pass over batches in order: those from the first record of a listed
 * transaction up to its producer's abort marker (KIP-98). For one thread.
 */
public final class AbortedFilter {
    private final List<AbortedTransaction> byFirstOffset;
    private final Set<Long> aborting;
    private int next;

    /** @param byFirstOffset the aborted transactions that have records in the batches to come, by first offset */
    public AbortedFilter(List<AbortedTransaction> byFirstOffset) {
        this.byFirstOffset = byFirstOffset;
        this.aborting = byFirstOffset.isEmpty() ? Set.of() : new HashSet<>();
    }

    /** Takes the next batch of the pass. Returns true if its records were aborted; false for control batches. */
    public boolean isAborted(RecordBatch batch) {
        if (byFirstOffset.isEmpty()) return false;
        while (next < byFirstOffset.size() && byFirstOffset.get(next).firstOffset() <= batch.lastOffset()) {
            aborting.add(byFirstOffset.get(next++).producerId());
        }
        if (!batch.isControl()) return batch.isTransactional() && aborting.contains(batch.producerId());
        TransactionMarker marker = TransactionMarker.of(batch);
        if (marker != null && !marker.commit()) aborting.remove(batch.producerId());
        return false;
    }
}
