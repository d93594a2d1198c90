package io.letterbox.log;

import io.letterbox.disk.SharedFile;
import java.io.IOException;
import java.nio.channels.FileChannel;

/**
 * Where whole record batches lie in a segment's file, for the kernel to send. The file stays open, and its bytes stay what
 * they are, until {@link #unpin}, which must be called exactly once; even where the segment is closed, deleted or replaced
 * meanwhile. Nothing of the batches but some headers has been looked at: who reads them checks them.
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

    /** Nothing to read yet; nothing is pinned. */
    static FileRegion nothing(long nextOffset) {
        return new FileRegion(null, 0, 0, nextOffset);
    }

    /** True where there is nothing to read; then there is no file, and nothing to unpin. */
    public boolean isEmpty() {
        return file == null;
    }

    /** The file that the batches lie in; null on a disk that is not the operating system's. */
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
