package io.letterbox.bus;

import java.nio.channels.FileChannel;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Record batches in a file, for the kernel to send without a copy. The file stays open and these bytes unchanged until
 * {@link #release}, whatever retention or compaction does in the meantime. The space of a deleted file is freed only
 * then, so a slice should not be held for longer than a response takes.
 */
public final class FileSlice {
    private final FileChannel channel;
    private final long position;
    private final int sizeBytes;
    private final Runnable release;
    private final AtomicBoolean released = new AtomicBoolean();

    /**
     * @param channel the open file
     * @param position the position of the first batch in the file
     * @param sizeBytes the length of all batches together, 1 or more
     * @param release lets the file be closed; run once
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

    /** The position of the first batch in the file. */
    public long position() {
        return position;
    }

    /** The length of all batches together. */
    public int sizeBytes() {
        return sizeBytes;
    }

    /** Releases the file. Any thread; a second call does nothing. */
    public void release() {
        if (released.compareAndSet(false, true)) release.run();
    }
}
