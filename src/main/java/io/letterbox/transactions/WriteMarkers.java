package io.letterbox.transactions;

import io.letterbox.coordinator.CoordinatorEffect;
import io.letterbox.record.TopicPartition;
import java.util.SortedSet;

/**
 * A transaction is decided: every partition of it gets a marker, after the decision is committed. Done when all of them are
 * committed; a partition that does not exist any more is done. Then {@link TransactionCommand.MarkersWritten} follows.
 * Markers may be written twice, after a restart.
 *
 * @param transactionalId whose
 * @param producerId whose
 * @param epoch the marker's epoch
 * @param commit true for commit, false for abort
 * @param transactionVersion 2 where the epoch is above that of the transaction's records, else 0 (KIP-1228)
 * @param partitions where to
 */
public record WriteMarkers(
        String transactionalId,
        long producerId,
        short epoch,
        boolean commit,
        short transactionVersion,
        SortedSet<TopicPartition> partitions)
        implements CoordinatorEffect {}
