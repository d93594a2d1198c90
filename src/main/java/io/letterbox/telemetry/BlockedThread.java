package io.letterbox.telemetry;

import java.util.Locale;

/**
 * A thread that does not come to what waits for it.
 *
 * @param name as in {@code event-loop-0}
 * @param nanos for how long, as far as the process ran meanwhile
 * @param curable whether a restart would help: what waits for a disk would wait for it again
 */
public record BlockedThread(String name, long nanos, boolean curable) {
    /** What is wrong, in a sentence. */
    public String sentence() {
        return String.format(Locale.ROOT, "The thread %s has been blocked for %.1f s.", name, nanos / 1e9);
    }
}
