package io.letterbox.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An open file that outlives its owner's interest in it: whoever has pinned it can go on reading after the owner has
 * closed it, and even after the file's name is gone. Any thread.
 */
final class SharedFile implements LogFile {
    private final LogFile file;

    /** The owner, until it closes, and those who have pinned; 0 is for ever. */
    private final AtomicInteger users = new AtomicInteger(1);

    SharedFile(LogFile file) {
        this.file = file;
    }

    /** Keeps the file open until {@link #unpin}; false where it is closed already. */
    boolean pin() {
        for (int count; (count = users.get()) > 0; ) {
            if (users.compareAndSet(count, count + 1)) return true;
        }
        return false;
    }

    /** Once for every successful {@link #pin}. */
    void unpin() throws IOException {
        if (users.decrementAndGet() == 0) file.close();
    }

    /** The owner's part; once. Who has not pinned must expect a ClosedChannelException from now on. */
    @Override
    public void close() throws IOException {
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

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
        file.write(source, position);
    }

    @Override
    public void truncate(long sizeBytes) throws IOException {
        file.truncate(sizeBytes);
    }

    @Override
    public void force() throws IOException {
        file.force();
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
