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

    /** Sets the offset that recovery found. */
    void recovered(long found) {
        offset = found;
    }

    /**
     * Moves the offset up without writing the file: the segments below are being deleted, which the next start will
     * see.
     */
    void atLeast(long baseOffset) {
        offset = Math.max(offset, baseOffset);
    }

    /** Moves the offset, durably. If that fails, it does not change. */
    void move(long to) throws IOException {
        CheckpointFile.writeOne(disk, file, to);
        offset = to;
    }

    /** As {@link #move}, but returns false if space or a descriptor is short. */
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
