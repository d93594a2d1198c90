package io.letterbox.log.producers;

import io.letterbox.error.UnverifiedTransactionException;
import io.letterbox.error.VerificationGuard;
import io.letterbox.memory.StateAccount;
import io.letterbox.record.RecordBatch;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Keeps transactions out of the log that their coordinator does not know, or has ended already (KIP-890 part 1). The
 * first batch of a transaction is refused with a guard, and accepted when it is sent again with that guard, if the
 * guard is still valid. A marker or a newer epoch voids the guard, so that a batch that was in flight while the
 * transaction ended cannot begin one that would never be ended. Owned by the log's owner; guards that are lost are
 * requested again.
 */
final class VerificationGuards {
    /** The memory of a pending verification with its guard and map entry. */
    private static final int PENDING_BYTES = 144;

    /**
     * The counter of the whole process: a table that is rebuilt from its log must not use a number again. Any thread.
     */
    private static final AtomicLong LAST_NUMBER = new AtomicLong();

    private final Map<Long, Pending> byProducer = new LinkedHashMap<>();
    private final int limit;
    private final long salt;
    private final StateAccount account;

    private static final class Pending {
        private final VerificationGuard guard;
        private final short epoch;
        private final long sinceMs;
        private int lowestSequence;

        Pending(VerificationGuard guard, short epoch, int lowestSequence, long elapsedMs) {
            this.guard = guard;
            this.epoch = epoch;
            this.lowestSequence = lowestSequence;
            this.sinceMs = elapsedMs;
        }
    }

    /**
     * @param limit how many verifications may be pending at once; beyond it the oldest is dropped
     * @param account the account that their memory is charged to
     * @param salt a number that differs from those of other processes
     */
    VerificationGuards(int limit, StateAccount account, long salt) {
        this.limit = limit;
        this.salt = salt;
        this.account = account;
    }

    /**
     * Checks that a transaction's first batch has the current guard.
     *
     * @throws UnverifiedTransactionException with the guard to send the batch again with
     */
    void require(RecordBatch batch, VerificationGuard guard, long elapsedMs) {
        Pending pending = byProducer.get(batch.producerId());
        if (pending != null) ProducerStateTable.requireEpoch(batch.producerId(), pending.epoch, batch);
        if (pending == null || pending.epoch != batch.producerEpoch()) {
            VerificationGuard fresh = new VerificationGuard(salt ^ LAST_NUMBER.incrementAndGet());
            pending = new Pending(fresh, batch.producerEpoch(), batch.baseSequence(), elapsedMs);
            voidFor(batch.producerId());
            byProducer.put(batch.producerId(), pending);
            account.charge(PENDING_BYTES);
            if (byProducer.size() > limit) forgetOldest();
            keepWithinLimit();
        }
        // Of several batches in flight the one with the lowest sequence has to be the first in the log, whichever is
        // verified first.
        pending.lowestSequence = Math.min(pending.lowestSequence, batch.baseSequence());
        if (!pending.guard.equals(guard)) {
            throw new UnverifiedTransactionException(
                    pending.guard,
                    "Producer " + batch.producerId()
                            + " has no open transaction in this partition: its coordinator has to"
                            + " be asked whether it should have one.");
        }
    }

    /**
     * The lowest sequence of the pending verification, which has to be written before others; -1 if none is pending.
     */
    int lowestSequence(RecordBatch batch) {
        Pending pending = byProducer.get(batch.producerId());
        return pending == null || pending.epoch != batch.producerEpoch()
                ? RecordBatch.NO_SEQUENCE
                : pending.lowestSequence;
    }

    /** Voids a producer's guard, because it wrote or its transaction ended. */
    void voidFor(long producerId) {
        if (!byProducer.isEmpty() && byProducer.remove(producerId) != null) account.charge(-PENDING_BYTES);
    }

    void expire(long elapsedMs, long afterMs) {
        int before = byProducer.size();
        byProducer.values().removeIf(pending -> elapsedMs - pending.sinceMs >= afterMs);
        account.charge((long) (byProducer.size() - before) * PENDING_BYTES);
    }

    /**
     * Drops the oldest guards; their batches are verified again. The newest stays, so that at least one makes progress.
     */
    void keepWithinLimit() {
        while (byProducer.size() > 1 && !account.hasRoom(0)) forgetOldest();
    }

    private void forgetOldest() {
        account.charge(-PENDING_BYTES);
        Iterator<Pending> oldest = byProducer.values().iterator();
        oldest.next();
        oldest.remove();
    }
}
