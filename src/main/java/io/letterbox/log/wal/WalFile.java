package io.letterbox.log.wal;

import io.letterbox.disk.Disk;
import io.letterbox.disk.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * One file of frames, written from its beginning, and again from its beginning when its frames are not needed any more.
 * It is extended with zeros ahead of the frames, so that a frame changes neither the file's length nor its blocks, and
 * the file system writes no metadata with it.
 */
final class WalFile {
    private static final int GROWTH_BYTES = 1 << 20;
    private static final ByteBuffer ZEROS = Disk.alignedBuffer(GROWTH_BYTES);

    private final Path path;
    private final LogFile file;
    private final long limitBytes;
    private long lengthBytes;
    private long position;

    /** @param limitBytes how long the file may get, a multiple of a block */
    WalFile(Disk disk, Path path, long limitBytes) throws IOException {
        this.path = path;
        this.limitBytes = limitBytes;
        this.file = disk.createDurable(path);
    }

    Path path() {
        return path;
    }

    /** Begins the file anew: the next frames overwrite the old ones. */
    void restart() {
        position = 0;
    }

    boolean isEmpty() {
        return position == 0;
    }

    /** Whether this many bytes fit behind the last frame. */
    boolean hasRoom(long bytes) {
        return position + bytes <= limitBytes;
    }

    /** Extends the file for this many bytes, which fit. Returns false if the disk is full. */
    boolean reserve(long bytes) {
        try {
            while (lengthBytes < Math.min(position + bytes, limitBytes)) {
                int growth = (int) Math.min(GROWTH_BYTES, limitBytes - lengthBytes);
                file.write(ZEROS.duplicate().limit(growth), lengthBytes);
                lengthBytes += growth;
            }
            return true;
        } catch (IOException full) {
            return false;
        }
    }

    /** Writes a frame for which space was reserved; durable when this returns. */
    void write(ByteBuffer frame) throws IOException {
        int size = frame.remaining();
        file.write(frame, position);
        position += size;
    }

    void close() throws IOException {
        file.close();
    }
}
