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
 * Keeps a transaction that its coordinator knows nothing of, or has ended already, out of the log (KIP-890 part 1): its
 * first batch is refused with a guard, and taken when it comes back with that guard while nothing has happened in
 * between. A marker or a newer epoch voids the guard, so that a batch which was on its way while the transaction ended
 * cannot begin one that nobody would ever end. Owned by the log's owner; what is lost with it is asked for again.
 */
final class VerificationGuards {
    /** What one takes: it, its guard, its place in the map. */
    private static final int PENDING_BYTES = 144;

    /**
     * Of the whole process: a table that is read from its log anew must not give a number a second time. Any thread.
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
     * @param limit how many producers may be asked about at once; the oldest question is forgotten beyond
     * @param account what they are taken from
     * @param salt a number that other processes do not have
     */
    VerificationGuards(int limit, StateAccount account, long salt) {
        this.limit = limit;
        this.salt = salt;
        this.account = account;
    }

    /**
     * Lets a transaction's first batch pass where its guard is the current one.
     *
     * @throws UnverifiedTransactionException with the guard to come back with
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
        // The first batch of several that are under way has to be the first in the log, whoever comes back first.
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
     * The number of the first batch that is being asked about, which has to be written before others; -1 if none is.
     */
    int lowestSequence(RecordBatch batch) {
        Pending pending = byProducer.get(batch.producerId());
        return pending == null || pending.epoch != batch.producerEpoch()
                ? RecordBatch.NO_SEQUENCE
                : pending.lowestSequence;
    }

    /** The producer wrote, or its transaction ended. */
    void voidFor(long producerId) {
        if (!byProducer.isEmpty() && byProducer.remove(producerId) != null) account.charge(-PENDING_BYTES);
    }

    void expire(long elapsedMs, long afterMs) {
        int before = byProducer.size();
        byProducer.values().removeIf(pending -> elapsedMs - pending.sinceMs >= afterMs);
        account.charge((long) (byProducer.size() - before) * PENDING_BYTES);
    }

    /** Whoever is forgotten is asked about again; the newest stays, so that somebody gets on. */
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
