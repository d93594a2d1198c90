package io.letterbox.time;

/**
 * One point in time on both clocks. Pure code gets it as an argument.
 *
 * @param elapsedMs milliseconds on the monotonic clock, 0 or more, from an origin of this process: for durations and
 *     deadlines, never stored
 * @param wallMs milliseconds since 1970: for timestamps, and for times that have to be known after a restart
 * @param wallConfirmed false while the wall clock may be wrong ({@link ClockGuard}): nothing may be deleted for its age
 */
public record Moment(long elapsedMs, long wallMs, boolean wallConfirmed) {
    /** A moment with a confirmed wall clock. */
    public Moment(long elapsedMs, long wallMs) {
        this(elapsedMs, wallMs, true);
    }

    /**
     * The monotonic time of a stored wall time; now if that is negative or cannot be trusted. Negative if it is before
     * the clock's origin.
     */
    public long elapsedAt(long thenWallMs) {
        return thenWallMs < 0 || !wallConfirmed ? elapsedMs : elapsedMs - ageOf(thenWallMs);
    }

    /** The age of a stored wall time in milliseconds; 0 if it is in the future. */
    public long ageOf(long thenWallMs) {
        return Math.max(0, wallMs - thenWallMs);
    }
}
