package io.letterbox.telemetry;

import java.util.Locale;

/**
 * A thread that does not run the tasks that wait for it.
 *
 * @param name as in {@code event-loop-0}
 * @param nanos for how long, without the time for which the whole process stood still
 * @param curable whether a restart would help; not if the thread waits for a disk, for which it would wait again
 */
public record BlockedThread(String name, long nanos, boolean curable) {
    /** The problem, in a sentence. */
    public String sentence() {
        return String.format(Locale.ROOT, "The thread %s has been blocked for %.1f s.", name, nanos / 1e9);
    }
}
