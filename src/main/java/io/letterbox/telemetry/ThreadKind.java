package io.letterbox.telemetry;

import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** The kinds of watched threads; the values of the label {@code kind}. */
public enum ThreadKind {
    /** Serves connections, all of which wait if it is blocked. Never blocks in normal operation. */
    EVENT_LOOP(2),
    /** Writes partitions, and waits for its disk in normal operation. */
    SHARD(5),
    /** Runs tasks one after the other that must not hold up other threads. */
    WORKER(5);

    private final String label = name().toLowerCase(Locale.ROOT);
    private final long logAfterNanos;

    ThreadKind(int logAfterSeconds) {
        this.logAfterNanos = TimeUnit.SECONDS.toNanos(logAfterSeconds);
    }

    /** The label's value: the name in lower case. */
    public String label() {
        return label;
    }

    /** How long the thread has to be blocked until it is logged. */
    long logAfterNanos() {
        return logAfterNanos;
    }
}
