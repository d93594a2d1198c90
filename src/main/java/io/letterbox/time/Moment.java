package io.letterbox.time;

/**
 * One point in time on both clocks. What is pure gets it as an argument.
 *
 * @param elapsedMs milliseconds on the monotonic clock, 0 or more, from a start that only this process knows: for
 *     durations and deadlines, never written down
 * @param wallMs milliseconds since 1970: for timestamps, and for what has to be told after a restart
 */
public record Moment(long elapsedMs, long wallMs) {
    /** How many milliseconds ago something was written down with a wall time; 0 where that lies in the future. */
    public long ageOf(long thenWallMs) {
        return Math.max(0, wallMs - thenWallMs);
    }
}
