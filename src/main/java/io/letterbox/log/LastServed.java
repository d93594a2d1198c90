package io.letterbox.log;

import io.letterbox.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The file with the time until which a data directory was served: one number, milliseconds since 1970, in Kafka's
 * checkpoint format.
 */
public final class LastServed {
    private static final long UNKNOWN = -1;

    private LastServed() {}

    /** Reads the file; -1 if it does not exist or has another format. */
    public static long read(Disk disk, Path file) throws IOException {
        return CheckpointFile.readOne(disk, file, UNKNOWN);
    }

    /** Replaces the file, durably and atomically. */
    public static void write(Disk disk, Path file, long wallMs) throws IOException {
        CheckpointFile.writeOne(disk, file, wallMs);
    }
}
