package io.letterbox.coordinator;

import io.letterbox.time.Moment;

/**
 * The pure core of one partition of an internal topic. Only the {@code apply} methods change state that survives a
 * restart; other state (members that wait for a rebalance, deadlines of sessions) may change anywhere.
 */
public interface Coordinator {
    /** Applies a record, in log order: at replay, and right after it was appended. */
    void apply(CoordinatorRecord record);

    /** Like {@link #apply}, for a record of a transaction that is not decided yet. */
    void applyTransactional(long producerId, short producerEpoch, CoordinatorRecord record);

    /** Ends a transaction: its records in this partition count if it is committed, and are dropped if not. */
    void applyMarker(long producerId, short producerEpoch, boolean commit);

    /** Ends the replay: commands come from now on. */
    void activate(Moment now, CoordinatorOutbox outbox);

    /** Handles a command and answers it: now, or later on another event (a rebalance, a timeout). */
    void handle(CoordinatorRequest<?> ask, Moment now, CoordinatorOutbox outbox);

    /** The earliest time at which {@link #tick} has work, by {@link Moment#elapsedMs}; {@link Long#MAX_VALUE}: none. */
    long nextDeadlineMs();

    /** Handles what is due: ends of sessions, rebalances, expiry. */
    void tick(Moment now, CoordinatorOutbox outbox);

    /** Ends the core, which returns its memory to the budget. */
    void close();
}
