package io.letterbox.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The directory that one server process owns while it runs. The lock is the operating system's, so it goes with the
 * process however that ends; the file itself stays and means nothing. Opened and closed by the composition root.
 */
public final class DataDirectory implements AutoCloseable {
    private final Path root;
    private final FileChannel lockChannel;
    private final FileLock lock;

    private DataDirectory(Path root, FileChannel lockChannel, FileLock lock) {
        this.root = root;
        this.lockChannel = lockChannel;
        this.lock = lock;
    }

    /**
     * Makes the directory where it is missing, and locks it.
     *
     * @throws IOException where it cannot be made or written, or where another process has it; the message says which
     */
    public static DataDirectory open(Path root) throws IOException {
        Files.createDirectories(root.resolve("topics"));
        Files.createDirectories(root.resolve("meta"));
        FileChannel channel =
                FileChannel.open(root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = tryLock(channel);
        if (lock == null) {
            channel.close();
            throw new IOException("The data directory " + root.toAbsolutePath()
                    + " is in use by another Letterbox process. Stop that one, or give this one its own node.dataDir.");
        }
        return new DataDirectory(root, channel, lock);
    }

    private static FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException heldByThisProcess) {
            return null;
        }
    }

    public Path root() {
        return root;
    }

    /** The parent of all topics' directories. */
    public Path topics() {
        return root.resolve("topics");
    }

    /** Where the metadata log, recovery points and the clean-shutdown marker are. */
    public Path meta() {
        return root.resolve("meta");
    }

    /** Where shards have their write-ahead files; made by the first of them. */
    public Path wal() {
        return root.resolve("wal");
    }

    @Override
    public void close() throws IOException {
        lock.release();
        lockChannel.close();
    }
}
