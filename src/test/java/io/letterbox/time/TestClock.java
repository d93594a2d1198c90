package io.letterbox.time;

/** Clocks that a test sets. They differ, so that nobody takes the one for the other unseen. */
public final class TestClock implements Clock {
    /** What the wall clock says when the monotonic one says 0. */
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

    /** Time goes by. */
    public void pass(long ms) {
        elapsedMs = elapsedMs + ms;
    }

    /** Somebody sets the wall clock: forward, or back where the number is negative. */
    public void step(long ms) {
        shiftMs = shiftMs + ms;
    }

    /** A restart: the monotonic clock begins anew, and the wall clock goes on. */
    public void restart(long newElapsedMs) {
        shiftMs = shiftMs + elapsedMs - newElapsedMs;
        elapsedMs = newElapsedMs;
    }
}
