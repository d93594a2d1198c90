package io.letterbox.sse;

/**
 * The heartbeats of a group member's stream: when the next one is due, and when the coordinator may have removed the
 * member. Values; each method that returns a heartbeat is a transition. Times are ticks of the event loop.
 *
 * <p>A coordinator on another node may answer late or never: a heartbeat is sent again after {@link #RETRY_TICKS}, and
 * an answer prolongs the session from the time at which the heartbeat was sent, because the coordinator cannot have
 * restarted it earlier.
 */
sealed interface GroupHeartbeat {
    /** The time after which a heartbeat without an answer is sent again. */
    int RETRY_TICKS = 3;

    /**
     * No heartbeat is in flight.
     *
     * @param dueTick when the next one is due
     * @param sessionTick when the session began, at the earliest
     */
    record Idle(int dueTick, int sessionTick) implements GroupHeartbeat {}

    /**
     * A heartbeat is in flight.
     *
     * @param askedTick when it was sent
     * @param sessionTick when the session began, at the earliest
     */
    record Waiting(int askedTick, int sessionTick) implements GroupHeartbeat {}

    /** When the session began, at the earliest. */
    int sessionTick();

    /** A member that has joined with a heartbeat of this tick. */
    static GroupHeartbeat joined(int askedTick) {
        return new Idle(askedTick, askedTick);
    }

    /** Whether a heartbeat is in flight. */
    default boolean isWaiting() {
        return this instanceof Waiting;
    }

    /** Whether a heartbeat is due. */
    default boolean isDue(int tick) {
        if (this instanceof Waiting waiting) return tick - waiting.askedTick() >= RETRY_TICKS;
        return tick >= ((Idle) this).dueTick();
    }

    /** Whether the coordinator may have removed the member. */
    default boolean isSilent(int tick, int sessionTicks) {
        return tick - sessionTick() > sessionTicks;
    }

    /** A heartbeat is sent. */
    default GroupHeartbeat asked(int tick) {
        return new Waiting(tick, sessionTick());
    }

    /**
     * The coordinator has confirmed the membership.
     *
     * @param askedTick when the heartbeat was sent
     * @param intervalTicks the interval to the next heartbeat
     */
    default GroupHeartbeat confirmed(int askedTick, int intervalTicks) {
        return new Idle(askedTick + intervalTicks, Math.max(sessionTick(), askedTick));
    }

    /** The heartbeat has failed: there is no coordinator now, or it answered with an error. */
    default GroupHeartbeat failed(int tick) {
        return new Idle(tick + 1, sessionTick());
    }
}
