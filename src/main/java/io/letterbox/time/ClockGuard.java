package io.letterbox.time;

/**
 * Whether the wall clock may be believed when something is to be deleted for its age. Immutable: every look gives the
 * guard as it is afterwards.
 *
 * <p>What the wall clock runs ahead of the monotonic one is a constant, but for the seconds by which it is corrected. Where
 * that changes by more than {@link #JUMP_MS}, somebody has set the clock, or the machine has slept, and nobody can tell
 * from here which time is right. The new time counts when it has gone on for {@link #CONFIRM_MS} without another jump, when
 * an operator says so, or when the old time comes back.
 *
 * <p>A start is compared with when the process before was last seen running. A clock that is behind that has gone back;
 * one that is far ahead may have jumped or the server may have been switched off, which looks the same, so it waits as
 * well.
 */
public final class ClockGuard {
    /** A change of the wall clock by more than this is a jump. */
    public static final long JUMP_MS = 3_600_000;

    /** How long a new time has to go on before it is believed by itself. */
    public static final long CONFIRM_MS = 3_600_000;

    // What the wall clock is ahead of the monotonic one, in milliseconds: as believed, and as of the last jump.
    private final long believedMs;
    private final long jumpedMs;

    /** Since when by the monotonic clock nothing has jumped; taken anew every {@link #CONFIRM_MS}. */
    private final long steadySinceMs;

    private final boolean confirmed;
    private final boolean restarted;

    private ClockGuard(long believedMs, long jumpedMs, long steadySinceMs, boolean confirmed, boolean restarted) {
        this.believedMs = believedMs;
        this.jumpedMs = jumpedMs;
        this.steadySinceMs = steadySinceMs;
        this.confirmed = confirmed;
        this.restarted = restarted;
    }

    private static ClockGuard believing(long aheadMs, long sinceMs) {
        return new ClockGuard(aheadMs, aheadMs, sinceMs, true, false);
    }

    /** Of a data directory that nobody has served before, or not with a guard: there is nothing to compare with. */
    public static ClockGuard first(long elapsedMs, long wallMs) {
        return believing(wallMs - elapsedMs, elapsedMs);
    }

    /** @param seenMs the {@link #believedWallMs} of the process before, as it wrote it down last */
    public static ClockGuard afterRestart(long elapsedMs, long wallMs, long seenMs) {
        long aheadMs = wallMs - elapsedMs;
        if (!isJump(wallMs - seenMs)) return believing(aheadMs, elapsedMs);
        return new ClockGuard(seenMs - elapsedMs, aheadMs, elapsedMs, false, true);
    }

    private static boolean isJump(long byMs) {
        return byMs > JUMP_MS || byMs < -JUMP_MS;
    }

    /** The guard after a look at both clocks; itself where that says nothing new. */
    public ClockGuard at(long elapsedMs, long wallMs) {
        // Somebody who looked later was faster.
        if (elapsedMs < steadySinceMs) return this;
        long aheadMs = wallMs - elapsedMs;
        boolean steady = elapsedMs - steadySinceMs >= CONFIRM_MS;
        if (!isJump(aheadMs - believedMs)) {
            // It drifts, or is slewed: what is compared with follows slowly, so that many small steps are a jump, too.
            return confirmed && !steady ? this : believing(aheadMs, elapsedMs);
        }
        if (confirmed || isJump(aheadMs - jumpedMs)) {
            return new ClockGuard(believedMs, aheadMs, elapsedMs, false, restarted);
        }
        return steady ? believing(aheadMs, elapsedMs) : this;
    }

    /** An operator says that the wall clock is right. */
    public ClockGuard confirm(long elapsedMs, long wallMs) {
        return believing(wallMs - elapsedMs, elapsedMs);
    }

    /** Whether the wall clock may be believed. */
    public boolean isConfirmed() {
        return confirmed;
    }

    /** By how much the wall clock is ahead of what was believed, in milliseconds; negative where it is behind. */
    public long jumpMs() {
        return confirmed ? 0 : jumpedMs - believedMs;
    }

    /** Whether the jump was found at the start, where it may be that the server was switched off. */
    public boolean isOfRestart() {
        return !confirmed && restarted;
    }

    /** How long until the wall clock is believed by itself, in milliseconds. */
    public long confirmedInMs(long elapsedMs) {
        return confirmed ? 0 : Math.max(0, CONFIRM_MS - (elapsedMs - steadySinceMs));
    }

    /** What time it would be without jumps that are not confirmed: what a restart compares with. */
    public long believedWallMs(long elapsedMs) {
        return believedMs + elapsedMs;
    }
}
