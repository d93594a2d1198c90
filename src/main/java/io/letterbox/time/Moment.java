package io.letterbox.time;

/**
 * One point in time on both clocks. What is pure gets it as an argument.
 *
 * @param elapsedMs milliseconds on the monotonic clock, 0 or more, from a start that only this process knows: for
 *     durations and deadlines, never written down
 * @param wallMs milliseconds since 1970: for timestamps, and for what has to be told after a restart
 * @param wallConfirmed false while the wall clock may be wrong by far ({@link ClockGuard}): nothing may be deleted
 *     because of its age
 */
public record Moment(long elapsedMs, long wallMs, boolean wallConfirmed) {
    /** With a wall clock that nobody doubts. */
    public Moment(long elapsedMs, long wallMs) {
        this(elapsedMs, wallMs, true);
    }

    /**
     * Where something lies on the monotonic clock that was written down with a wall time; now, where that is negative,
     * or may not be believed. Negative where it is from before the clock's start.
     */
    public long elapsedAt(long thenWallMs) {
        return thenWallMs < 0 || !wallConfirmed ? elapsedMs : elapsedMs - ageOf(thenWallMs);
    }

    /** How many milliseconds ago something was written down with a wall time; 0 if that lies in the future. */
    public long ageOf(long thenWallMs) {
        return Math.max(0, wallMs - thenWallMs);
    }
}
