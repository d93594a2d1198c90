package io.letterbox.transactions;

import io.letterbox.record.TopicPartition;
import java.util.Collection;
import java.util.Collections;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The durable state of a transactional id. Immutable; its methods are the transitions from one state to the next.
 *
 * @param id the transactional id
 * @param producerId the id of the producer that owns it
 * @param epoch the owner's epoch; lower ones are fenced
 * @param previousProducerId the owner's id before the last transaction ended or the epochs were exhausted, or -1
 * @param nextProducerId while markers are written: the owner's next id if its epochs are exhausted; else -1
 * @param timeoutMs how long a transaction may take
 * @param state the state of the transaction
 * @param partitions the partitions of the transaction; empty if none is ongoing
 * @param startMs when the transaction began, or -1
 * @param updatedMs the time of the last change
 * @param clientVersion 2 if the end of each transaction raises the owner's epoch (KIP-890 part 2), else 0
 */
record Transaction(
        String id,
        long producerId,
        short epoch,
        long previousProducerId,
        long nextProducerId,
        int timeoutMs,
        TransactionState state,
        SortedSet<TopicPartition> partitions,
        long startMs,
        long updatedMs,
        short clientVersion) {
    static final long NO_ID = -1;

    /** The last epoch that a client gets. One more is left for fencing it. */
    static final short LAST_EPOCH = Short.MAX_VALUE - 1;

    static final short CLASSIC = 0;
    static final short EPOCH_PER_TRANSACTION = 2;

    private static final SortedSet<TopicPartition> NONE = Collections.emptySortedSet();

    Transaction {
        partitions = partitions.isEmpty() ? NONE : Collections.unmodifiableSortedSet(partitions);
    }

    static Transaction create(String id, long producerId, int timeoutMs, long wallMs) {
        return new Transaction(
                id,
                producerId,
                (short) 0,
                NO_ID,
                NO_ID,
                timeoutMs,
                TransactionState.EMPTY,
                NONE,
                NO_ID,
                wallMs,
                CLASSIC);
    }

    boolean isExhausted() {
        return epoch >= LAST_EPOCH;
    }

    boolean raisesEpochs() {
        return clientVersion >= EPOCH_PER_TRANSACTION;
    }

    /** The id that the owner uses for its next transaction. */
    long ownerId() {
        return nextProducerId == NO_ID ? producerId : nextProducerId;
    }

    /** The epoch that the owner uses for its next transaction. */
    short ownerEpoch() {
        return nextProducerId == NO_ID ? epoch : 0;
    }

    /** The state after a producer has (re)initialised with the transactional id. */
    Transaction initialised(long newProducerId, short newEpoch, int newTimeoutMs, long wallMs) {
        return new Transaction(
                id,
                newProducerId,
                newEpoch,
                producerId,
                NO_ID,
                newTimeoutMs,
                TransactionState.EMPTY,
                NONE,
                NO_ID,
                wallMs,
                CLASSIC);
    }

    Transaction with(Collection<TopicPartition> added, short version, long wallMs) {
        SortedSet<TopicPartition> all = new TreeSet<>(partitions);
        all.addAll(added);
        boolean ongoing = state == TransactionState.ONGOING;
        return new Transaction(
                id,
                producerId,
                epoch,
                previousProducerId,
                NO_ID,
                timeoutMs,
                TransactionState.ONGOING,
                all,
                ongoing ? startMs : wallMs,
                wallMs,
                version);
    }

    /**
     * The state after the owner's decision. In the newer protocol the epoch rises, so that late requests cannot affect
     * the next transaction.
     */
    Transaction prepared(boolean commit, short version, long nextId, long wallMs) {
        short markerEpoch = version >= EPOCH_PER_TRANSACTION ? next() : epoch;
        TransactionState to = commit ? TransactionState.PREPARE_COMMIT : TransactionState.PREPARE_ABORT;
        return ending(to, markerEpoch, nextId, version, wallMs);
    }

    /**
     * The state after the server has decided to abort. The epoch rises and the version is the classic one, so that the
     * owner's own request to end is fenced and not taken for a repetition.
     */
    Transaction fenced(long wallMs) {
        return ending(TransactionState.PREPARE_ABORT, next(), NO_ID, CLASSIC, wallMs);
    }

    private Transaction ending(TransactionState to, short markerEpoch, long nextId, short version, long wallMs) {
        long began = startMs == NO_ID || state.isIdle() ? wallMs : startMs;
        return new Transaction(
                id,
                producerId,
                markerEpoch,
                previousProducerId,
                nextId,
                timeoutMs,
                to,
                partitions,
                began,
                wallMs,
                version);
    }

    private short next() {
        if (epoch == Short.MAX_VALUE) throw new AssertionError("no producer ever gets the last epoch: " + this);
        return (short) (epoch + 1);
    }

    /** The state after the markers of all partitions were written. */
    Transaction completed(long wallMs) {
        TransactionState to = state == TransactionState.PREPARE_COMMIT
                ? TransactionState.COMPLETE_COMMIT
                : TransactionState.COMPLETE_ABORT;
        return new Transaction(
                id, ownerId(), ownerEpoch(), producerId, NO_ID, timeoutMs, to, NONE, startMs, wallMs, clientVersion);
    }

    boolean covers(Set<TopicPartition> some) {
        return partitions.containsAll(some);
    }
}
