package io.letterbox.log.producers;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.error.OutOfOrderSequenceException;
import io.letterbox.error.VerificationGuard;
import io.letterbox.memory.StateAccount;
import io.letterbox.record.RecordBatch;
import io.letterbox.record.TransactionMarker;
import java.util.List;

/**
 * The producers of one partition. A batch is first {@linkplain #check checked}, which does not change the states, then
 * written to the log, and then {@linkplain #onAppended recorded} here. Batches that are replayed from the log are
 * recorded without a check, because they were checked before. Owned by the log's owner.
 */
public final class ProducerStateTable {
    private final ProducerLimits limits;
    private final VerificationGuards guards;
    private final OpenTransactions transactions = new OpenTransactions();

    private final StateAccount account;
    private final ProducerTable byId;

    public ProducerStateTable(ProducerLimits limits) {
        this.limits = limits;
        this.account = limits.memory().open();
        this.byId = new ProducerTable(limits.salt());
        this.guards = new VerificationGuards(limits.maxProducers(), account, limits.salt());
    }

    /** Releases the memory account: the log is closed or is read again. */
    public void close() {
        account.close();
    }

    /**
     * Checks whether a batch may be appended, by the rules of KIP-98, KIP-360 and KIP-890.
     *
     * @param guard the guard of an earlier refusal of the batch, or null
     * @return null if the batch is to be appended; the batch that it repeats if it was appended before
     * @throws ApiException INVALID_PRODUCER_EPOCH, TRANSACTION_COORDINATOR_FENCED, INVALID_TXN_STATE, POLICY_VIOLATION;
     *     an {@link OutOfOrderSequenceException}; an {@link io.letterbox.error.UnverifiedTransactionException}
     */
    public ProducerBatch check(RecordBatch batch, VerificationGuard guard, long elapsedMs) {
        long id = batch.producerId();
        if (id < 0) return null;
        ProducerState known = byId.get(id);
        if (known != null) requireEpoch(id, known.epoch(), batch);
        if (batch.isControl()) {
            requireCoordinator(known, batch);
            return null;
        }
        if (known == null) requireRoom();
        ProducerBatch repeated = known == null ? null : known.repeatedBy(batch);
        if (repeated != null) return repeated;
        boolean open = known != null && known.inTransaction();
        if (open && !batch.isTransactional()) {
            throw new ApiException(
                    ErrorCode.INVALID_TXN_STATE,
                    "Producer " + id + " has an open transaction here, and the batch does not belong to it.");
        }
        if (batch.isTransactional() && !(open && known.epoch() == batch.producerEpoch())) {
            guards.require(batch, guard, elapsedMs);
        }
        if (batch.baseSequence() >= 0) requireSequence(known, batch);
        return null;
    }

    /**
     * Records a batch that is in the log now.
     *
     * @param elapsedMs the monotonic time, or -1 if the batch is older than this process
     * @return the transaction that the batch has aborted, or null
     */
    public AbortedTxn onAppended(RecordBatch batch, long elapsedMs) {
        long id = batch.producerId();
        if (id < 0) return null;
        TransactionMarker marker = TransactionMarker.of(batch);
        if (batch.isControl() && marker == null) return null;
        ProducerState state = byId.get(id);
        int before = state == null ? 0 : state.weightBytes();
        if (state == null) state = new ProducerState(id, batch.producerEpoch());
        guards.voidFor(id);
        if (marker != null) return end(state, before, batch, marker, elapsedMs);
        boolean begins = batch.isTransactional() && !state.inTransaction();
        state.onAppended(batch, elapsedMs);
        if (begins) transactions.begin(state.transactionStart(), id);
        place(state, before);
        return null;
    }

    private AbortedTxn end(
            ProducerState state, int before, RecordBatch batch, TransactionMarker marker, long elapsedMs) {
        long start = state.transactionStart();
        boolean ends = state.inTransaction();
        state.onMarker(batch, marker, elapsedMs);
        place(state, before);
        if (!ends) return null;
        long stable = transactions.end(start, batch.lastOffset());
        return marker.commit() ? null : new AbortedTxn(state.id(), start, batch.lastOffset(), stable);
    }

    /**
     * The last stable offset for a high watermark: all records below it are committed, and their transactions are
     * decided.
     */
    public long stableOffset(long highWatermark) {
        return transactions.stableOffset(highWatermark);
    }

    /**
     * Moves a producer to its new place in the table, and accounts for its memory.
     *
     * @param before its memory before; 0 if it is new
     */
    private void place(ProducerState state, int before) {
        if (before == 0) byId.add(state);
        else byId.moved(state);
        int after = state.weightBytes();
        if (after == before) return;
        account.charge((long) after - before);
        keepWithinLimit(state);
    }

    /**
     * A copy of all producers: those without an open transaction first, each half ordered by their last write, oldest
     * first.
     */
    public List<ProducerState> all() {
        return byId.all();
    }

    /** The state of a producer, or null. */
    public ProducerState get(long producerId) {
        return byId.get(producerId);
    }

    /** Drops the producers that have written nothing for too long. */
    public void expire(long elapsedMs) {
        boolean younger = false;
        for (ProducerState state = byId.oldestIdle(), next; state != null && !younger; state = next) {
            next = byId.nextIdle(state);
            boolean known = state.isSeen();
            if (state.isExpired(elapsedMs, limits.expirationMs())) forget(state);
            // The producers behind it wrote later, so they are not expired either. This does not hold for a producer
            // that has had no age since the restart.
            else younger = known;
        }
        guards.expire(elapsedMs, limits.expirationMs());
    }

    /** Adds a row of a snapshot; rows of one producer follow each other, its oldest batch first. */
    void restore(ProducerSnapshot.Row row) {
        ProducerState state = byId.get(row.producerId());
        int before = state == null ? 0 : state.weightBytes();
        if (state == null) {
            state = new ProducerState(row.producerId(), row.epoch());
            if (row.transactionStart() >= 0) transactions.begin(row.transactionStart(), row.producerId());
        }
        state.restore(row);
        place(state, before);
    }

    static void requireEpoch(long id, short newest, RecordBatch batch) {
        if (batch.producerEpoch() >= newest) return;
        throw new ApiException(
                ErrorCode.INVALID_PRODUCER_EPOCH,
                "Producer " + id + " writes with the epoch " + batch.producerEpoch() + ", but one with the epoch "
                        + newest + " has been here.");
    }

    private static void requireCoordinator(ProducerState known, RecordBatch batch) {
        TransactionMarker marker = TransactionMarker.of(batch);
        if (known == null || marker == null || marker.coordinatorEpoch() >= known.coordinatorEpoch()) return;
        throw new ApiException(
                ErrorCode.TRANSACTION_COORDINATOR_FENCED,
                "A coordinator with the epoch " + marker.coordinatorEpoch() + " ends a transaction of producer "
                        + known.id() + ", but one with the epoch " + known.coordinatorEpoch() + " has been here.");
    }

    private void requireSequence(ProducerState known, RecordBatch batch) {
        int sequence = batch.baseSequence();
        int lowest = guards.lowestSequence(batch);
        if (lowest >= 0 && sequence > lowest) throw outOfOrder(batch, lowest);
        // An unknown producer may have been forgotten after it wrote, so any sequence number is accepted.
        if (known == null) return;
        int expected = known.epoch() == batch.producerEpoch() ? known.expectedSequence() : 0;
        if (sequence != expected) throw outOfOrder(batch, expected);
    }

    private static OutOfOrderSequenceException outOfOrder(RecordBatch batch, int expected) {
        return new OutOfOrderSequenceException(
                expected,
                "Producer " + batch.producerId() + " sends records from number " + batch.baseSequence()
                        + ", where number " + expected + " comes next.");
    }

    private void requireRoom() {
        boolean oneCanGo = byId.oldestIdle() != null;
        if (oneCanGo || byId.size() < limits.maxProducers() && account.hasRoom(1)) return;
        account.refused();
        throw new ApiException(
                ErrorCode.POLICY_VIOLATION,
                "The partition has " + byId.size() + " producers with open transactions, and"
                        + (byId.size() < limits.maxProducers()
                                ? " there is no room for more within " + account.setting() + "."
                                : " transactions.maxProducersPerPartition allows no more."));
    }

    /**
     * Drops the producers that have not written for longest, except those with open transactions, which
     * {@link #requireRoom} limits.
     */
    private void keepWithinLimit(ProducerState newest) {
        guards.keepWithinLimit();
        for (ProducerState oldest; (oldest = byId.oldestIdle()) != null && oldest != newest; ) {
            boolean crowded = byId.size() > limits.maxProducers();
            if (!crowded && account.hasRoom(0)) return;
            if (!crowded) account.dropped(1);
            forget(oldest);
        }
    }

    private void forget(ProducerState state) {
        byId.remove(state);
        account.charge(-state.weightBytes());
    }
}
