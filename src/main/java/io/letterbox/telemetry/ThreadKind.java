package io.letterbox.telemetry;

import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** What a watched thread is there for; the values of the label {@code kind}. */
public enum ThreadKind {
    /** Serves connections, all of which wait with it. It never waits for anything itself. */
    EVENT_LOOP(2),
    /** Writes partitions, and waits for its disk as a matter of course. */
    SHARD(5),
    /** Does one thing after the other that is to hold up nobody else. */
    WORKER(5);

    private final String label = name().toLowerCase(Locale.ROOT);
    private final long worthALineNanos;

    ThreadKind(int worthALineSeconds) {
        this.worthALineNanos = TimeUnit.SECONDS.toNanos(worthALineSeconds);
    }

    /** The label's value: the name in lower case. */
    public String label() {
        return label;
    }

    /** When the log is told that the thread is blocked. */
    long worthALineNanos() {
        return worthALineNanos;
    }
}
