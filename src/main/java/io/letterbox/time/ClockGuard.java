package io.letterbox.time;

/**
 * Decides whether the wall clock may be trusted when something is to be deleted for its age. Immutable: every check
 * returns the guard that follows.
 *
 * <p>The wall clock is ahead of the monotonic one by a constant, except for corrections of some seconds. If this
 * difference changes by more than {@link #JUMP_MS}, the clock was set, or the machine was suspended, and the process
 * cannot tell which time is right. The new time is confirmed after {@link #CONFIRM_MS} without another jump, or by an
 * operator; the old time counts again if it comes back.
 *
 * <p>At the start, the wall time is compared with the time when the previous process was last seen running. If it is
 * behind that, the clock went back; if it is far ahead, the clock jumped or the server was switched off, which cannot
 * be told apart, so the new time waits for confirmation as well.
 */
public final class ClockGuard {
    /** A change of the wall clock by more than this is a jump. */
    public static final long JUMP_MS = 3_600_000;

    /** How long a new time has to go on without a jump before it counts as confirmed. */
    public static final long CONFIRM_MS = 3_600_000;

    // The difference of the wall clock to the monotonic one, in milliseconds: as confirmed, and as of the last jump.
    private final long trustedMs;
    private final long jumpedMs;

    /** The monotonic time since which there was no jump; renewed every {@link #CONFIRM_MS}. */
    private final long steadySinceMs;

    private final boolean confirmed;
    private final boolean restarted;

    private ClockGuard(long trustedMs, long jumpedMs, long steadySinceMs, boolean confirmed, boolean restarted) {
        this.trustedMs = trustedMs;
        this.jumpedMs = jumpedMs;
        this.steadySinceMs = steadySinceMs;
        this.confirmed = confirmed;
        this.restarted = restarted;
    }

    private static ClockGuard createConfirmed(long aheadMs, long sinceMs) {
        return new ClockGuard(aheadMs, aheadMs, sinceMs, true, false);
    }

    /** The guard for a data directory without a recorded time to compare with. */
    public static ClockGuard first(long elapsedMs, long wallMs) {
        return createConfirmed(wallMs - elapsedMs, elapsedMs);
    }

    /** @param seenMs the {@link #trustedWallMs} that the previous process recorded last */
    public static ClockGuard afterRestart(long elapsedMs, long wallMs, long seenMs) {
        long aheadMs = wallMs - elapsedMs;
        if (!isJump(wallMs - seenMs)) return createConfirmed(aheadMs, elapsedMs);
        return new ClockGuard(seenMs - elapsedMs, aheadMs, elapsedMs, false, true);
    }

    private static boolean isJump(long byMs) {
        return byMs > JUMP_MS || byMs < -JUMP_MS;
    }

    /** The guard after a check of both clocks; this object if nothing changed. */
    public ClockGuard at(long elapsedMs, long wallMs) {
        // Another thread has checked with a later time already.
        if (elapsedMs < steadySinceMs) return this;
        long aheadMs = wallMs - elapsedMs;
        boolean steady = elapsedMs - steadySinceMs >= CONFIRM_MS;
        if (!isJump(aheadMs - trustedMs)) {
            // The clock drifts or is slewed: the reference is renewed seldom, so that many small steps in a short time
            // count as a jump, too.
            return confirmed && !steady ? this : createConfirmed(aheadMs, elapsedMs);
        }
        if (confirmed || isJump(aheadMs - jumpedMs)) {
            return new ClockGuard(trustedMs, aheadMs, elapsedMs, false, restarted);
        }
        return steady ? createConfirmed(aheadMs, elapsedMs) : this;
    }

    /** The guard after an operator has confirmed the wall clock. */
    public ClockGuard confirm(long elapsedMs, long wallMs) {
        return createConfirmed(wallMs - elapsedMs, elapsedMs);
    }

    /** Whether the wall clock may be trusted. */
    public boolean isConfirmed() {
        return confirmed;
    }

    /** How far the wall clock is ahead of the confirmed time, in milliseconds; negative if it is behind. */
    public long jumpMs() {
        return confirmed ? 0 : jumpedMs - trustedMs;
    }

    /** Whether the jump was found at the start, so that the server may have been switched off. */
    public boolean isOfRestart() {
        return !confirmed && restarted;
    }

    /** How long until the wall clock is confirmed without an operator, in milliseconds. */
    public long confirmedInMs(long elapsedMs) {
        return confirmed ? 0 : Math.max(0, CONFIRM_MS - (elapsedMs - steadySinceMs));
    }

    /** The wall time without unconfirmed jumps, with which a restart compares. */
    public long trustedWallMs(long elapsedMs) {
        return trustedMs + elapsedMs;
    }
}
