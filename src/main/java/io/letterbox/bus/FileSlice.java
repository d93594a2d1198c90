package io.letterbox.bus;

import java.nio.channels.FileChannel;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Record batches that lie in a file, for the kernel to send without a copy. The file stays open, and these bytes stay what
 * they are, until {@link #release}, whatever retention or compaction does meanwhile; but the space of a file that was
 * deleted is free only then, so do not hold one for longer than a response takes.
 */
public final class FileSlice {
    private final FileChannel channel;
    private final long position;
    private final int sizeBytes;
    private final Runnable release;
    private final AtomicBoolean released = new AtomicBoolean();

    /**
     * @param channel the open file
     * @param position where in the file the first batch begins
     * @param sizeBytes the length of all batches together, 1 or more
     * @param release lets the file be closed; is run once
     */
    public FileSlice(FileChannel channel, long position, int sizeBytes, Runnable release) {
        this.channel = channel;
        this.position = position;
        this.sizeBytes = sizeBytes;
        this.release = release;
    }

    /** The open file; must not be closed. */
    public FileChannel channel() {
        return channel;
    }

    /** Where in the file the first batch begins. */
    public long position() {
        return position;
    }

    /** The length of all batches together. */
    public int sizeBytes() {
        return sizeBytes;
    }

    /** Gives the file back; any thread. Calling it again does nothing. */
    public void release() {
        if (released.compareAndSet(false, true)) release.run();
    }
}
