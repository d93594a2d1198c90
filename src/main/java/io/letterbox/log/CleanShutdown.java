package io.letterbox.log;

import java.io.IOException;
import java.nio.file.Path;

/** The marker that says the last stop was clean. */
public final class CleanShutdown {
    private CleanShutdown() {}

    /** Says so, durably, after all logs are closed and the recovery points are written. */
    public static void mark(Disk disk, Path file) throws IOException {
        throw new AssertionError();
    }

    /** Whether it was said; takes the marker away, durably, before anything is written. */
    public static boolean take(Disk disk, Path file) throws IOException {
        throw new AssertionError();
    }
}
