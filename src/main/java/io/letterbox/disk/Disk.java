package io.letterbox.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/** The file seam: the few things that Letterbox wants of a file system. {@link FileDisk} is the real one. */
public interface Disk {
    /** What a write to a durable file is a multiple of. */
    int BLOCK_BYTES = 4096;

    /** The next multiple of a block. */
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

    /** The files of segments on this disk that are open, and how many may be. */
    OpenFiles openFiles();

    /** Opens an existing file for reading and writing. Throws NoSuchFileException. */
    LogFile open(Path path) throws IOException;

    /** Makes an empty file, or empties an existing one. Durable after {@link #forceDirectory}. */
    LogFile create(Path path) throws IOException;

    /**
     * Makes an empty file, or empties an existing one, each of whose writes is durable when it returns, as far as the file's
     * length and blocks are concerned, too. Positions and lengths of writes are multiples of {@value #BLOCK_BYTES}, from
     * buffers that {@link #alignedBuffer} made, so that no cache of the system's need be in between. The name is durable
     * after {@link #forceDirectory}.
     */
    LogFile createDurable(Path path) throws IOException;

    /** The names in a directory, sorted; empty where there is no such directory. */
    List<String> list(Path directory) throws IOException;

    boolean exists(Path path) throws IOException;

    /** A file's length in bytes. */
    long size(Path path) throws IOException;

    /** Makes a directory and its parents, durably. */
    void createDirectories(Path directory) throws IOException;

    /** Renames atomically, over an existing file too. Durable after {@link #forceDirectory}. */
    void rename(Path from, Path to) throws IOException;

    /** Deletes a file or an empty directory, if it exists. Durable after {@link #forceDirectory}. */
    void delete(Path path) throws IOException;

    /** A directory that is open, so that nothing which is scarce is needed any more to make durable what is done in it. */
    interface OpenDirectory extends Closeable {
        /** Makes creations, renames and deletions in the directory durable. */
        void force() throws IOException;

        @Override
        void close() throws IOException;
    }

    /** Opens an existing directory. Whoever could not take back what it is about to do there opens it before. */
    OpenDirectory openDirectory(Path directory) throws IOException;

    /** Makes creations, renames and deletions in a directory durable. */
    default void forceDirectory(Path directory) throws IOException {
        try (OpenDirectory open = openDirectory(directory)) {
            open.force();
        }
    }

    /** The whole of a small file. */
    default byte[] readAll(Path path) throws IOException {
        try (LogFile file = open(path)) {
            ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(file.size()));
            int count = file.read(bytes, 0);
            return count == bytes.capacity() ? bytes.array() : java.util.Arrays.copyOf(bytes.array(), count);
        }
    }

    /** What a file is called that is to take another's place, until it does. */
    String TEMPORARY = ".tmp";

    /**
     * Replaces a small file as a whole: after a crash it holds either the old bytes or the new ones. Durable. Where anything
     * but a force fails, nothing has changed.
     */
    default void replace(Path path, byte[] content) throws IOException {
        Path fresh = path.resolveSibling(path.getFileName() + TEMPORARY);
        try (OpenDirectory directory = openDirectory(path.getParent())) {
            try (LogFile file = create(fresh)) {
                file.write(ByteBuffer.wrap(content), 0);
                file.force();
            } catch (IOException failed) {
                // On a full disk, half a file is in the way of others.
                delete(fresh);
                throw failed;
            }
            rename(fresh, path);
            directory.force();
        }
    }
}
