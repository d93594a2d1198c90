package io.letterbox.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The file with a segment's batches: opened on demand, and closed by {@link OpenSegmentFiles} or by the log's owner
 * when it is not used. Any thread.
 */
public final class SegmentFile {
    private final Disk disk;
    private final Path path;
    private final AtomicReference<SharedFile> file = new AtomicReference<>();
    private final AtomicBoolean listed = new AtomicBoolean();
    private volatile boolean used;
    private volatile boolean gone;

    public SegmentFile(Disk disk, Path path) {
        this.disk = disk;
        this.path = path;
    }

    public Path path() {
        return path;
    }

    /**
     * Sets a file that was made or opened for this segment. It stays open until it is closed, or is forced and idle.
     */
    public void setFile(LogFile open) {
        file.set(new SharedFile(open, disk.openFiles()));
        disk.openFiles().add(this);
    }

    /** Sets a file that still has another name: it could not be opened again, so only the log's owner closes it. */
    public void setUnnamedFile(LogFile open) {
        file.set(new SharedFile(open, disk.openFiles()));
    }

    /**
     * The file, open until it is unpinned, even if the segment is closed or deleted in the meantime.
     *
     * @throws NoSuchFileException if the segment is gone
     */
    public SharedFile pin() throws IOException {
        if (!used) used = true;
        while (true) {
            SharedFile open = file.get();
            if (open == null) {
                SharedFile fresh = openPinned();
                if (fresh != null) return fresh;
            } else if (open.pin()) {
                return open;
            } else {
                // The file was closed in the meantime.
                file.compareAndSet(open, null);
            }
        }
    }

    /** Opens and pins the file; null if another thread was first. */
    private SharedFile openPinned() throws IOException {
        requireThere();
        SharedFile fresh = new SharedFile(disk.open(path), disk.openFiles());
        // Pinned before it is published, because another thread might close it.
        fresh.pin();
        boolean first = file.compareAndSet(null, fresh);
        // If the segment is retired from here on, that call closes the file.
        if (first && !gone) {
            disk.openFiles().add(this);
            return fresh;
        }
        if (first) close();
        else fresh.close();
        fresh.unpin();
        requireThere();
        return null;
    }

    /** Reads from the file, like {@link LogFile#read}; opens it if it is not open. */
    public int read(ByteBuffer target, long position) throws IOException {
        SharedFile open = pin();
        try {
            return open.read(target, position);
        } finally {
            open.unpin();
        }
    }

    private void requireThere() throws NoSuchFileException {
        if (gone) throw new NoSuchFileException(path.toString());
    }

    public boolean isOpen() {
        return file.get() != null;
    }

    /** Marks the file as listed; false if it is on the list of open files already. */
    boolean markListed() {
        return listed.compareAndSet(false, true);
    }

    void unmarkListed() {
        listed.set(false);
    }

    /** Closes the file if it was not used since the last call and is not pinned. Returns true if it is closed now. */
    public boolean closeWhenIdle() {
        if (used) {
            used = false;
            return false;
        }
        SharedFile open = file.get();
        if (open == null) return true;
        if (!open.closeUnused()) return false;
        file.compareAndSet(open, null);
        return true;
    }

    /** Log's owner only: closes the file, whether the content is forced or not. The next use opens it again. */
    public void close() throws IOException {
        SharedFile open = file.getAndSet(null);
        if (open != null) open.close();
    }

    /** Log's owner only: closes the file for ever. */
    public void retire() throws IOException {
        gone = true;
        close();
    }

    /** Log's owner only: closes the file for ever and deletes it; not durable before the directory is forced. */
    public void delete() throws IOException {
        retire();
        disk.delete(path);
    }

    public boolean isGone() {
        return gone;
    }
}
