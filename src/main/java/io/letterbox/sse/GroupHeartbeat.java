package io.letterbox.sse;

/**
 * When a stream that is a member of a group asks its coordinator for news, and from when on the coordinator may have
 * given it up. Values; each method that returns a heartbeat is a transition. Times are ticks of the event loop.
 *
 * <p>A coordinator elsewhere may take long to answer, or never answer: a question is asked again after {@link
 * #RETRY_TICKS}, and an answer prolongs the session from when its question was asked, because that is the earliest time
 * at which the coordinator can have begun it anew.
 */
sealed interface GroupHeartbeat {
    /** After so long, a question that was not answered is asked again. */
    int RETRY_TICKS = 3;

    /**
     * Nothing is asked.
     *
     * @param dueTick when to ask again
     * @param sessionTick when the session began, at the earliest
     */
    record Idle(int dueTick, int sessionTick) implements GroupHeartbeat {}

    /**
     * A question is under way.
     *
     * @param askedTick when it was asked
     * @param sessionTick when the session began, at the earliest
     */
    record Waiting(int askedTick, int sessionTick) implements GroupHeartbeat {}

    /** When the session began, at the earliest. */
    int sessionTick();

    /** A member that has joined with a question of this tick. */
    static GroupHeartbeat joined(int askedTick) {
        return new Idle(askedTick, askedTick);
    }

    /** Whether a question is under way. */
    default boolean isWaiting() {
        return this instanceof Waiting;
    }

    /** Whether it is time to ask. */
    default boolean isDue(int tick) {
        if (this instanceof Waiting waiting) return tick - waiting.askedTick() >= RETRY_TICKS;
        return tick >= ((Idle) this).dueTick();
    }

    /** Whether the coordinator may have given the member up. */
    default boolean isSilent(int tick, int sessionTicks) {
        return tick - sessionTick() > sessionTicks;
    }

    /** A question is asked. */
    default GroupHeartbeat asked(int tick) {
        return new Waiting(tick, sessionTick());
    }

    /**
     * The coordinator has answered that the member is one.
     *
     * @param askedTick when that was asked
     * @param intervalTicks how long it may be silent now
     */
    default GroupHeartbeat confirmed(int askedTick, int intervalTicks) {
        return new Idle(askedTick + intervalTicks, Math.max(sessionTick(), askedTick));
    }

    /** The question has come to nothing: there is no coordinator now, or it answered something else. */
    default GroupHeartbeat failed(int tick) {
        return new Idle(tick + 1, sessionTick());
    }
}
