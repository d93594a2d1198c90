package io.letterbox.transactions;

import io.letterbox.coordinator.CoordinatorEffect;
import io.letterbox.record.TopicPartition;
import java.util.SortedSet;

/**
 * The effect of a decided transaction: a marker is written to each of its partitions, after the outcome is committed.
 * When all markers are committed, the shell sends {@link TransactionCommand.MarkersWritten}; partitions that do not
 * exist any more need none. After a restart, markers may be written twice.
 *
 * @param transactionalId the transactional id
 * @param producerId the producer's id
 * @param epoch the marker's epoch
 * @param commit true for commit, false for abort
 * @param transactionVersion 2 if the epoch is above that of the transaction's records, else 0 (KIP-1228)
 * @param partitions the partitions of the transaction
 */
public record WriteMarkers(
        String transactionalId,
        long producerId,
        short epoch,
        boolean commit,
        short transactionVersion,
        SortedSet<TopicPartition> partitions)
        implements CoordinatorEffect {}
