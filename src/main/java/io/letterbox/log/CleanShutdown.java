package io.letterbox.log;

import io.letterbox.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;

/** The marker that says the last stop was clean: every log was flushed and closed, the recovery points were written. */
public final class CleanShutdown {
    private CleanShutdown() {}

    /** Says so, durably. The last thing that is written. */
    public static void mark(Disk disk, Path file) throws IOException {
        CheckpointFile.writeOne(disk, file, 1);
    }

    /** Whether it was said; takes the marker away, durably. The first thing that is done, before anything is written. */
    public static boolean take(Disk disk, Path file) throws IOException {
        if (!disk.exists(file)) return false;
        disk.delete(file);
        disk.forceDirectory(file.getParent());
        return true;
    }
}
