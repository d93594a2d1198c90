package io.letterbox.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * The port to the file system, with the few operations that Letterbox needs. {@link FileDisk} is the real
 * implementation.
 */
public interface Disk {
    /** Writes to a durable file are multiples of this. */
    int BLOCK_BYTES = 4096;

    /** Rounds up to a multiple of a block. */
    static long align(long bytes) {
        return (bytes + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES;
    }

    /** An empty buffer whose content may be written to a durable file. */
    static ByteBuffer alignedBuffer(int bytes) {
        return ByteBuffer.allocateDirect(bytes + BLOCK_BYTES)
                .alignedSlice(BLOCK_BYTES)
                .limit(bytes)
                .slice();
    }

    /** The open files of segments on this disk, and their limit. */
    OpenSegmentFiles openFiles();

    /** Opens an existing file for reading and writing. Throws NoSuchFileException. */
    LogFile open(Path path) throws IOException;

    /** Makes an empty file, or empties an existing one. Durable after {@link #forceDirectory}. */
    LogFile create(Path path) throws IOException;

    /**
     * Makes an empty file, or empties an existing one, whose writes are durable when they return, the file's length and
     * blocks included. Positions and lengths of writes are multiples of {@value #BLOCK_BYTES}, from buffers that
     * {@link #alignedBuffer} made, so that they can bypass the page cache. The name is durable after
     * {@link #forceDirectory}.
     */
    LogFile createDurable(Path path) throws IOException;

    /** The names in a directory, sorted; empty if the directory does not exist. */
    List<String> list(Path directory) throws IOException;

    boolean exists(Path path) throws IOException;

    /** A file's length in bytes. */
    long size(Path path) throws IOException;

    /** Makes a directory and its parents, durably. */
    void createDirectories(Path directory) throws IOException;

    /** Renames atomically, over an existing file too. Durable after {@link #forceDirectory}. */
    void rename(Path from, Path to) throws IOException;

    /**
     * Gives a file a second name, under which it stays when the first one is deleted or means another file. Where the
     * file system has no such thing the second name gets a copy. Durable after {@link #forceDirectory}. Throws
     * NoSuchFileException.
     */
    void link(Path existing, Path second) throws IOException;

    /** Deletes a file or an empty directory, if it exists. Durable after {@link #forceDirectory}. */
    void delete(Path path) throws IOException;

    /** An open directory: forcing it needs no further descriptor, so it cannot fail for want of one. */
    interface OpenDirectory extends Closeable {
        /** Makes creations, renames and deletions in the directory durable. */
        void force() throws IOException;

        @Override
        void close() throws IOException;
    }

    /**
     * Opens an existing directory. To be opened before changes in it that could not be undone if it could not be
     * forced.
     */
    OpenDirectory openDirectory(Path directory) throws IOException;

    /** Makes creations, renames and deletions in a directory durable. */
    default void forceDirectory(Path directory) throws IOException {
        try (OpenDirectory open = openDirectory(directory)) {
            open.force();
        }
    }

    /** Reads a small file as a whole. */
    default byte[] readAll(Path path) throws IOException {
        try (LogFile file = open(path)) {
            ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(file.size()));
            int count = file.read(bytes, 0);
            return count == bytes.capacity() ? bytes.array() : java.util.Arrays.copyOf(bytes.array(), count);
        }
    }

    /** The suffix of a file that is to replace another one. */
    String TEMPORARY = ".tmp";

    /**
     * Replaces a small file as a whole: after a crash it holds either the old bytes or the new ones. Durable. If
     * anything but a force fails, nothing has changed.
     */
    default void replace(Path path, byte[] content) throws IOException {
        Path fresh = path.resolveSibling(path.getFileName() + TEMPORARY);
        try (OpenDirectory directory = openDirectory(path.getParent())) {
            try (LogFile file = create(fresh)) {
                file.write(ByteBuffer.wrap(content), 0);
                file.force();
            } catch (IOException failed) {
                // Frees the space of the incomplete file, which other files may need on a full disk.
                delete(fresh);
                throw failed;
            }
            rename(fresh, path);
            directory.force();
        }
    }
}
