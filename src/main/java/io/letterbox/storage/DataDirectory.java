package io.letterbox.storage;

import io.letterbox.disk.DataLayout;
import io.letterbox.disk.FileDisk;
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
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory that one server process owns while it runs. The lock is the operating system's, so it ends with the
 * process, however that ends; the lock file stays and means nothing. Opened and closed by the composition root.
 */
public final class DataDirectory implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DataDirectory.class);

    private static final Set<PosixFilePermission> OTHERS = Set.of(
            PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE, PosixFilePermission.OTHERS_EXECUTE);

    private final DataLayout layout;
    private final FileChannel lockChannel;
    private final FileLock lock;
    private final UUID id;

    private DataDirectory(DataLayout layout, FileChannel lockChannel, FileLock lock, UUID id) {
        this.layout = layout;
        this.lockChannel = lockChannel;
        this.lock = lock;
        this.id = id;
    }

    /**
     * Makes the directory if it is missing, and locks it.
     *
     * @throws IOException if it cannot be made or written, or another process holds the lock; the message says which
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
        try {
            UUID id = DirectoryId.in(new FileDisk(), layout.directoryId(), UUID::randomUUID);
            return new DataDirectory(layout, channel, lock, id);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static FileChannel make(DataLayout layout) throws IOException {
        try {
            Files.createDirectories(layout.shards(), OwnerOnly.directory());
            Files.createDirectories(layout.meta(), OwnerOnly.directory());
            restrictPermissions(layout.root());
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
     * Removes the permissions of other users from a directory that an operator or an earlier version has made. The
     * group's permissions stay: an operator may have granted them to a backup user.
     */
    private static void restrictPermissions(Path root) {
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

    /** The paths of the files in it. */
    public DataLayout layout() {
        return layout;
    }

    /** Made at random together with the directory, and never changed: which disk this is. */
    public UUID id() {
        return id;
    }

    @Override
    public void close() throws IOException {
        lock.release();
        lockChannel.close();
    }
}
