package io.letterbox.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An open file that outlives its owner's interest in it: whoever has pinned it can go on reading after the owner has
 * closed it, and even after the file's name is gone. Bytes that were not forced pin it, too. Any thread.
 */
public final class SharedFile implements LogFile {
    private final LogFile file;
    private final OpenFiles counts;

    /** The owner, until it closes; those who have pinned; one for bytes that were not forced. 0 is for ever. */
    private final AtomicInteger users = new AtomicInteger(1);

    /** Whether the file's content has changed since the last force began. */
    private final AtomicBoolean unforced = new AtomicBoolean();

    SharedFile(LogFile file, OpenFiles counts) {
        this.file = file;
        this.counts = counts;
        counts.wasOpened();
    }

    /** Keeps the file open until {@link #unpin}; false where it is closed already. */
    boolean pin() {
        for (int count; (count = users.get()) > 0; ) {
            if (users.compareAndSet(count, count + 1)) return true;
        }
        return false;
    }

    /** Once for every successful {@link #pin}. */
    public void unpin() throws IOException {
        if (users.decrementAndGet() == 0) closeNow();
    }

    /** Closes the file where nobody has pinned it and all of it is forced; true where it is closed now. */
    boolean closeUnused() {
        if (!users.compareAndSet(1, 0)) return users.get() == 0;
        try {
            closeNow();
        } catch (IOException nothingLost) {
            // All that was written is forced, and whoever wants to close one file cannot mend another.
        }
        return true;
    }

    private void closeNow() throws IOException {
        counts.wasClosed();
        file.close();
    }

    /** The owner's part; once. Gives up what was not forced. Who has not pinned must expect a ClosedChannelException. */
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
        // After the change: a force that takes the mark away begins later.
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

    /** By who has pinned. */
    @Override
    public void write(ByteBuffer source, long position) throws IOException {
        try {
            file.write(source, position);
        } finally {
            changed();
        }
    }

    /** By who has pinned. */
    @Override
    public void truncate(long sizeBytes) throws IOException {
        try {
            file.truncate(sizeBytes);
        } finally {
            changed();
        }
    }

    /** By who has pinned. */
    @Override
    public void force() throws IOException {
        boolean marked = unforced.getAndSet(false);
        boolean forced = false;
        try {
            file.force();
            forced = true;
        } finally {
            // A change meanwhile has a mark and a pin of its own.
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
