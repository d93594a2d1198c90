package io.letterbox.storage;

import io.letterbox.log.DataLayout;
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
    private final DataLayout layout;
    private final FileChannel lockChannel;
    private final FileLock lock;

    private DataDirectory(DataLayout layout, FileChannel lockChannel, FileLock lock) {
        this.layout = layout;
        this.lockChannel = lockChannel;
        this.lock = lock;
    }

    /**
     * Makes the directory where it is missing, and locks it.
     *
     * @throws IOException where it cannot be made or written, or where another process has it; the message says which
     */
    public static DataDirectory open(Path root) throws IOException {
        DataLayout layout = new DataLayout(root);
        Files.createDirectories(layout.topics());
        Files.createDirectories(layout.meta());
        FileChannel channel = FileChannel.open(layout.lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = tryLock(channel);
        if (lock == null) {
            channel.close();
            throw new IOException("The data directory " + root.toAbsolutePath()
                    + " is in use by another Letterbox process. Stop that one, or give this one its own node.dataDir.");
        }
        return new DataDirectory(layout, channel, lock);
    }

    private static FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException heldByThisProcess) {
            return null;
        }
    }

    /** What is where in it. */
    public DataLayout layout() {
        return layout;
    }

    @Override
    public void close() throws IOException {
        lock.release();
        lockChannel.close();
    }
}
