package io.letterbox.coordinator;

import io.letterbox.time.Moment;

/**
 * The pure core of one partition of an internal topic. Only the {@code apply} methods change what survives a restart;
 * what does not survive (who waits for a rebalance, when a session ends) may change anywhere.
 */
public interface Coordinator {
    /** Takes up a record in log order: at replay, and right after it was appended. */
    void apply(CoordinatorRecord record);

    /** Like {@link #apply}, for a record of a transaction that is not decided yet. */
    void applyTransactional(long producerId, short producerEpoch, CoordinatorRecord record);

    /** A transaction is decided: what it wrote to this partition counts, or never was. */
    void applyMarker(long producerId, short producerEpoch, boolean commit);

    /** Everything has been replayed: commands come from now on. */
    void activate(Moment now, CoordinatorOutbox outbox);

    /** Decides about a command: now, or later when something else happens (a rebalance, a timeout). */
    void handle(CoordinatorRequest<?> ask, Moment now, CoordinatorOutbox outbox);

    /** The earliest time at which {@link #tick} has work, by {@link Moment#elapsedMs}; {@link Long#MAX_VALUE}: none. */
    long nextDeadlineMs();

    /** Does what time asks for: sessions, rebalances, expiry. */
    void tick(Moment now, CoordinatorOutbox outbox);

    /** Nobody asks any more; what was taken from a budget is given back. */
    void close();
}
