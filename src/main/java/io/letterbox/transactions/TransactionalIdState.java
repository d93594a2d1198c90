package io.letterbox.transactions;

import io.letterbox.coordinator.CoordinatorRequest;
import io.letterbox.record.TopicPartition;
import io.letterbox.time.Moment;
import java.util.ArrayDeque;
import java.util.Map;
import org.apache.kafka.common.protocol.Errors;

/** The state of one transactional id: the durable part from the log, and the part that does not survive a restart. */
final class TransactionalIdState {
    /** How often it is checked whether an idle id has expired. */
    static final long CHECK_INTERVAL_MS = 3_600_000;

    private static final long NEVER = Long.MIN_VALUE;

    /** The state in the log; replaced by {@link TransactionCoordinator#apply} only. */
    Transaction transaction;

    /**
     * The owner's epoch before it reinitialised, or -1. A repetition of that request still has it, and gets the epoch
     * whose answer was lost (KIP-360).
     */
    short lastEpoch = -1;

    /** Requests that wait until the markers of the previous transaction are written. */
    final ArrayDeque<CoordinatorRequest<Map<TopicPartition, Errors>>> waiting = new ArrayDeque<>(1);

    /** The monotonic time at which waiting requests are answered with CONCURRENT_TRANSACTIONS, while there are any. */
    long waitUntilMs;

    // The monotonic time at which the transaction began; NEVER if none is ongoing.
    private long beganMs = NEVER;

    // The neighbours in a ring of TransactionalIds; null if it is in none.
    TransactionalIdState before;
    TransactionalIdState after;

    TransactionalIdState(Transaction transaction) {
        this.transaction = transaction;
    }

    /** Takes over a new record. */
    void update(Transaction next) {
        transaction = next;
        if (next.state().isIdle()) beganMs = NEVER;
    }

    /** Notes that a transaction is ongoing, which begins now if none was ongoing before. */
    void markOngoing(Moment now) {
        if (beganMs == NEVER) beganMs = now.elapsedMs();
    }

    /**
     * Computes the beginning of an ongoing transaction after the replay from its wall time; if the wall clock went back
     * meanwhile, the transaction gets at most its whole timeout again.
     */
    void recovered(Moment now) {
        beganMs = transaction.state().isIdle() ? NEVER : now.elapsedMs() - now.ageOf(transaction.startMs());
    }

    /** How long the transaction has been ongoing, in milliseconds; -1 if none is. */
    long runsForMs(Moment now) {
        if (transaction.state().isIdle()) return -1;
        return beganMs == NEVER ? 0 : now.elapsedMs() - beganMs;
    }

    /**
     * The monotonic time at which something is due: an answer to waiting requests, an abort, or the expiration of the
     * id. Ids expire by the wall clock, which may be set in the meantime, so idle ones are checked every
     * {@link #CHECK_INTERVAL_MS}.
     */
    long deadlineMs(long expirationMs, Moment now) {
        if (!waiting.isEmpty()) return waitUntilMs;
        if (transaction.state().isPrepared()) return Long.MAX_VALUE;
        if (!transaction.state().isIdle()) return beganMs == NEVER ? Long.MAX_VALUE : beganMs + transaction.timeoutMs();
        long leftMs = now.wallConfirmed() ? expirationMs - now.ageOf(transaction.updatedMs()) : CHECK_INTERVAL_MS;
        return now.elapsedMs() + Math.max(0, Math.min(leftMs, CHECK_INTERVAL_MS));
    }
}
