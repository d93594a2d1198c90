package io.letterbox.log;

import io.letterbox.disk.SharedFile;
import java.io.IOException;
import java.nio.channels.FileChannel;

/**
 * A region of a segment's file that holds whole record batches, for the kernel to send. The file stays open and
 * unchanged until {@link #unpin}, even if the segment is closed, deleted or replaced in the meantime; it must be called
 * exactly once. Only some headers of the batches have been checked, so the reader has to check the batches.
 */
public final class FileRegion {
    private final SharedFile file;
    private final long position;
    private final int sizeBytes;
    private final long nextOffset;

    FileRegion(SharedFile file, long position, int sizeBytes, long nextOffset) {
        this.file = file;
        this.position = position;
        this.sizeBytes = sizeBytes;
        this.nextOffset = nextOffset;
    }

    /** An empty region, which pins no file. */
    static FileRegion nothing(long nextOffset) {
        return new FileRegion(null, 0, 0, nextOffset);
    }

    /** True if there is nothing to read; then there is no file, and nothing to unpin. */
    public boolean isEmpty() {
        return file == null;
    }

    /** The file that the batches are in; null on a simulated disk. */
    public FileChannel channel() {
        return file.channel();
    }

    /** Where in the file the first batch begins. */
    public long position() {
        return position;
    }

    /** The length of all batches together. */
    public int sizeBytes() {
        return sizeBytes;
    }

    /** Where to read on, as in {@link LogRead#nextOffset}. */
    public long nextOffset() {
        return nextOffset;
    }

    /** Lets the file be closed. */
    public void unpin() throws IOException {
        if (file != null) file.unpin();
    }
}
