package io.letterbox.transactions;

import io.letterbox.coordinator.CoordinatorRequest;
import io.letterbox.record.TopicPartition;
import io.letterbox.time.Moment;
import java.util.ArrayDeque;
import java.util.Map;
import org.apache.kafka.common.protocol.Errors;

/** One transactional id: what the log says about it, and what a restart forgets. */
final class TransactionalIdState {
    /** How often an idle id is looked at for whether it has expired. */
    static final long LOOK_MS = 3_600_000;

    private static final long NEVER = Long.MIN_VALUE;

    /** What the log says; replaced by {@link TransactionCoordinator#apply} alone. */
    Transaction transaction;

    /**
     * The epoch that the owner had before it reinitialised itself, or -1. Whoever repeats that request has it still, and is
     * given the epoch that it did not hear of (KIP-360).
     */
    short lastEpoch = -1;

    /** Questions that wait until the markers of the transaction before are written. */
    final ArrayDeque<CoordinatorRequest<Map<TopicPartition, Errors>>> waiting = new ArrayDeque<>(1);

    /** When, on the monotonic clock, those that wait are told to come back, while there are any. */
    long waitUntilMs;

    // When the transaction began, on the monotonic clock; NEVER where none is under way.
    private long beganMs = NEVER;

    // The neighbours in the table's ring; null where it is in none.
    TransactionalIdState before;
    TransactionalIdState after;

    TransactionalIdState(Transaction transaction) {
        this.transaction = transaction;
    }

    /** The log says something new. */
    void follow(Transaction next) {
        transaction = next;
        if (next.state().isIdle()) beganMs = NEVER;
    }

    /** A transaction is under way; it began now, where it had not begun before. */
    void began(Moment now) {
        if (beganMs == NEVER) beganMs = now.elapsedMs();
    }

    /**
     * The log has been replayed. How long a transaction has been under way is known by the wall clock alone; where that
     * went back meanwhile, the transaction has at most its whole time again.
     */
    void recovered(Moment now) {
        beganMs = transaction.state().isIdle() ? NEVER : now.elapsedMs() - now.ageOf(transaction.startMs());
    }

    /** How long the transaction has been under way, in milliseconds; -1 where none is. */
    long runsForMs(Moment now) {
        if (transaction.state().isIdle()) return -1;
        return beganMs == NEVER ? 0 : now.elapsedMs() - beganMs;
    }

    /**
     * When, on the monotonic clock, time asks for something here: an answer, an abort, or that the id is forgotten. Ids are
     * forgotten by the wall clock, which may be set meanwhile, so idle ones are looked at now and then.
     */
    long deadlineMs(long expirationMs, Moment now) {
        if (!waiting.isEmpty()) return waitUntilMs;
        if (transaction.state().isPrepared()) return Long.MAX_VALUE;
        if (!transaction.state().isIdle()) return beganMs == NEVER ? Long.MAX_VALUE : beganMs + transaction.timeoutMs();
        long leftMs = now.wallConfirmed() ? expirationMs - now.ageOf(transaction.updatedMs()) : LOOK_MS;
        return now.elapsedMs() + Math.max(0, Math.min(leftMs, LOOK_MS));
    }
}
