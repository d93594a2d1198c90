package io.letterbox.log;

import io.letterbox.disk.Disk;
import io.letterbox.disk.ForceFailedException;
import java.io.IOException;
import java.nio.file.Path;

/** The log start offset: moved by the log's owner and kept in a file of its own; read from any thread. */
final class LogStart {
    private final Disk disk;
    private final Path file;
    private volatile long offset;

    LogStart(Disk disk, Path directory) {
        this.disk = disk;
        this.file = directory.resolve(SegmentFiles.START_OFFSET);
    }

    /** The first offset that can be read. */
    long offset() {
        return offset;
    }

    /** Where the log starts after recovery. */
    void recovered(long found) {
        offset = found;
    }

    /** What lies below is being deleted, and a start would see that without the file. */
    void atLeast(long baseOffset) {
        offset = Math.max(offset, baseOffset);
    }

    /** Moves it, durably; where that cannot be done now, it is where it was. */
    void move(long to) throws IOException {
        CheckpointFile.writeOne(disk, file, to);
        offset = to;
    }

    /** False where there is no room, or no descriptor, to make it durable. */
    boolean tryMove(long to) throws ForceFailedException {
        try {
            move(to);
            return true;
        } catch (ForceFailedException fatal) {
            throw fatal;
        } catch (IOException shortage) {
            return false;
        }
    }
}
