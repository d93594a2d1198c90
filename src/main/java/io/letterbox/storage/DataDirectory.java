package io.letterbox.storage;

import io.letterbox.disk.DataLayout;
import io.letterbox.disk.OwnerOnly;
import io.letterbox.text.FileTrouble;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory that one server process owns while it runs. The lock is the operating system's, so it goes with the
 * process however that ends; the file itself stays and means nothing. Opened and closed by the composition root.
 */
public final class DataDirectory implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DataDirectory.class);

    private static final Set<PosixFilePermission> OTHERS = Set.of(
            PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE, PosixFilePermission.OTHERS_EXECUTE);

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
        FileChannel channel = make(layout);
        FileLock lock = tryLock(channel);
        if (lock == null) {
            channel.close();
            throw new IOException("The data directory " + root.toAbsolutePath()
                    + " is in use by another Letterbox process. Stop that one, or give this one its own node.dataDir.");
        }
        return new DataDirectory(layout, channel, lock);
    }

    private static FileChannel make(DataLayout layout) throws IOException {
        try {
            Files.createDirectories(layout.topics(), OwnerOnly.directory());
            Files.createDirectories(layout.meta(), OwnerOnly.directory());
            shutOthersOut(layout.root());
            Set<StandardOpenOption> options = Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            return FileChannel.open(layout.lock(), options, OwnerOnly.file());
        } catch (IOException e) {
            throw new IOException(
                    "The data directory " + layout.root().toAbsolutePath().normalize() + " cannot be used ("
                            + FileTrouble.sentence(e) + "). It has to be a directory that the server's user may write;"
                            + " node.dataDir says which one it is.",
                    e);
        }
    }

    /**
     * Takes from others what they may do in a directory that somebody else has made, or an earlier version. What the group
     * may do is left as it is: an operator may have given it to whoever makes backups.
     */
    private static void shutOthersOut(Path root) {
        PosixFileAttributeView view = Files.getFileAttributeView(root, PosixFileAttributeView.class);
        if (view == null) return;
        try {
            Set<PosixFilePermission> permissions = view.readAttributes().permissions();
            if (!permissions.removeAll(OTHERS)) return;
            view.setPermissions(permissions);
            LOG.info("Every user of this machine could look into {}; now only its owner and its group can", root);
        } catch (IOException e) {
            LOG.warn(
                    "Every user of this machine can read the records in {}, and that cannot be changed: {}. Its owner"
                            + " should set its mode to 0700",
                    root,
                    FileTrouble.reason(e));
        }
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
