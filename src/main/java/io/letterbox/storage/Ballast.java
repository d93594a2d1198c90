package io.letterbox.storage;

import io.letterbox.disk.Disk;
import io.letterbox.disk.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * A file of zeros that reserves space for retention on a full disk. It is deleted when the disk has no block left,
 * because retention may have to write before it can delete, and is made again when there is space. Used by shards and
 * by the timer that measures the disk.
 */
public final class Ballast {
    /** Space for the copy of a segment whose oldest records retention removes. */
    static final int BYTES = 8 << 20;

    private static final int CHUNK_BYTES = 1 << 20;

    private final Disk disk;
    private final Path file;
    private final DiskReserve room;

    public Ballast(Disk disk, Path file, DiskReserve room) {
        this.disk = disk;
        this.file = file;
        this.room = room;
    }

    /** The bytes that {@link #release} would free. */
    long bytes() throws IOException {
        return disk.exists(file) ? disk.size(file) : 0;
    }

    void release() throws IOException {
        disk.delete(file);
        room.measure();
    }

    /** Makes the file if it is missing and the disk has space for it. Blocks. */
    public void restore() throws IOException {
        if (room.freeBytes() < room.reserveBytes() + 2L * BYTES || bytes() == BYTES) return;
        try (LogFile made = disk.create(file)) {
            ByteBuffer zeros = ByteBuffer.allocate(CHUNK_BYTES);
            for (int at = 0; at < BYTES; at += CHUNK_BYTES) made.write(zeros.clear(), at);
        }
    }
}
