package io.letterbox.time;

/** Clocks that a test sets. They have different values, so that a test fails if code uses the wrong one. */
public final class TestClock implements Clock {
    /** The wall time at which the monotonic time is 0. */
    public static final long WALL_MS = 1_700_000_000_000L;

    private volatile long elapsedMs = 1_000_000;
    private volatile long shiftMs = WALL_MS;

    @Override
    public long elapsedMs() {
        return elapsedMs;
    }

    @Override
    public long wallMs() {
        return elapsedMs + shiftMs;
    }

    /** Lets time pass on both clocks. */
    public void pass(long ms) {
        elapsedMs = elapsedMs + ms;
    }

    /** Sets the wall clock forward, or back if the number is negative. */
    public void step(long ms) {
        shiftMs = shiftMs + ms;
    }

    /** Simulates a restart: the monotonic clock begins anew, and the wall clock goes on. */
    public void restart(long newElapsedMs) {
        shiftMs = shiftMs + elapsedMs - newElapsedMs;
        elapsedMs = newElapsedMs;
    }
}
