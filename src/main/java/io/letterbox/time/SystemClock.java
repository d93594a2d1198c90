package io.letterbox.time;

import java.util.concurrent.TimeUnit;

/** The clocks of this machine; the only class that reads the wall clock. */
final class SystemClock implements Clock {
    static final SystemClock INSTANCE = new SystemClock();

    // The origin of nanoTime is arbitrary, and may lie in the future.
    private final long startNanos = System.nanoTime();

    private SystemClock() {}

    @Override
    public long elapsedMs() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
    }

    @Override
    public long wallMs() {
        return System.currentTimeMillis();
    }
}
