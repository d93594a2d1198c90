package io.letterbox.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An open file with a count of its users: a reader that has pinned it can go on after the owner has closed it, and even
 * after the file was deleted. Bytes that are not forced pin it, too. Any thread.
 */
public final class SharedFile implements LogFile {
    private final LogFile file;
    private final OpenSegmentFiles counts;

    /**
     * The number of users: the owner until it closes, each pin, and one for bytes that are not forced. At 0 the file is
     * closed, for ever.
     */
    private final AtomicInteger users = new AtomicInteger(1);

    /** Whether the file's content has changed since the last force began. */
    private final AtomicBoolean unforced = new AtomicBoolean();

    SharedFile(LogFile file, OpenSegmentFiles counts) {
        this.file = file;
        this.counts = counts;
        counts.wasOpened();
    }

    /** Keeps the file open until {@link #unpin}; false if it is closed already. */
    boolean pin() {
        for (int count; (count = users.get()) > 0; ) {
            if (users.compareAndSet(count, count + 1)) return true;
        }
        return false;
    }

    /** Ends a pin; to be called once for every successful {@link #pin}. */
    public void unpin() throws IOException {
        if (users.decrementAndGet() == 0) closeNow();
    }

    /** Closes the file if it is not pinned and all of it is forced. Returns true if it is closed now. */
    boolean closeUnused() {
        if (!users.compareAndSet(1, 0)) return users.get() == 0;
        try {
            closeNow();
        } catch (IOException nothingLost) {
            // Everything is forced, and the caller, which opens another file, could not do anything about it.
        }
        return true;
    }

    private void closeNow() throws IOException {
        counts.wasClosed();
        file.close();
    }

    /**
     * Ends the owner's use; to be called once. Bytes that are not forced do not keep the file open any more. Readers
     * without a pin must expect a ClosedChannelException.
     */
    @Override
    public void close() throws IOException {
        if (unforced.getAndSet(false)) settled();
        for (int count; (count = users.get()) > 0; ) {
            if (!users.compareAndSet(count, count - 1)) continue;
            if (count == 1) closeNow();
            return;
        }
    }

    private void changed() {
        // Set after the change: a force that resets the mark begins later and includes the change.
        if (unforced.get() || !unforced.compareAndSet(false, true)) return;
        counts.wasChanged();
        users.incrementAndGet();
    }

    private void settled() throws IOException {
        counts.wasForced();
        unpin();
    }

    @Override
    public long size() throws IOException {
        return file.size();
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        return file.read(target, position);
    }

    /** The caller must have pinned the file. */
    @Override
    public void write(ByteBuffer source, long position) throws IOException {
        try {
            file.write(source, position);
        } finally {
            changed();
        }
    }

    /** The caller must have pinned the file. */
    @Override
    public void truncate(long sizeBytes) throws IOException {
        try {
            file.truncate(sizeBytes);
        } finally {
            changed();
        }
    }

    /** The caller must have pinned the file. */
    @Override
    public void force() throws IOException {
        boolean marked = unforced.getAndSet(false);
        boolean forced = false;
        try {
            file.force();
            forced = true;
        } finally {
            // A change in the meantime has set the mark and a pin of its own.
            if (marked && (forced || !unforced.compareAndSet(false, true))) settled();
        }
    }

    @Override
    public void load(long position, int bytes) throws IOException {
        file.load(position, bytes);
    }

    @Override
    public FileChannel channel() {
        return file.channel();
    }
}
