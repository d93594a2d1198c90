package io.letterbox.log;

import io.letterbox.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;

/** The mark of a clean stop: every log was flushed and closed, and the recovery points were written. */
public final class CleanShutdown {
    private CleanShutdown() {}

    /** Writes the mark, durably. Has to be the last file that a stop writes. */
    public static void mark(Disk disk, Path file) throws IOException {
        CheckpointFile.writeOne(disk, file, 1);
    }

    /**
     * Removes the mark, durably, and returns whether there was one. To be called at the start, before anything is
     * written.
     */
    public static boolean removeMark(Disk disk, Path file) throws IOException {
        if (!disk.exists(file)) return false;
        disk.delete(file);
        disk.forceDirectory(file.getParent());
        return true;
    }
}
