package io.letterbox.disk;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The file system of the operating system. Safe from any thread. */
public final class FileDisk implements Disk {
    /** Windows has no handle of a directory that could be forced; it writes directory changes through by itself. */
    private static final boolean DIRECTORIES_CAN_BE_FORCED = File.separatorChar == '/';

    /** Enough for who only looks at files. */
    private static final int SOME_LOG_FILES = 1024;

    /** What opens a file past the page cache: an option of the JDK that is not everywhere, so null where it is not here. */
    private static final OpenOption DIRECT = direct();

    private static OpenOption direct() {
        try {
            Object[] options =
                    Class.forName("com.sun.nio.file.ExtendedOpenOption").getEnumConstants();
            for (Object option : options) if (option.toString().equals("DIRECT")) return (OpenOption) option;
        } catch (ClassNotFoundException absent) {
            // Then the cache is in between.
        }
        return null;
    }

    private final OpenFiles openFiles;

    /** @param openLogFiles how many files of segments may stay open though nobody uses them, 1 or more */
    public FileDisk(int openLogFiles) {
        openFiles = new OpenFiles(openLogFiles);
    }

    /** One for somebody with few logs. */
    public FileDisk() {
        this(SOME_LOG_FILES);
    }

    @Override
    public OpenFiles openFiles() {
        return openFiles;
    }

    @Override
    public LogFile open(Path path) throws IOException {
        return new Channel(path, FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE));
    }

    @Override
    public LogFile create(Path path) throws IOException {
        return new Channel(
                path,
                FileChannel.open(
                        path,
                        Set.of(
                                StandardOpenOption.CREATE,
                                StandardOpenOption.TRUNCATE_EXISTING,
                                StandardOpenOption.READ,
                                StandardOpenOption.WRITE),
                        OwnerOnly.file()));
    }

    @Override
    public LogFile createDurable(Path path) throws IOException {
        create(path).close();
        boolean fits = DIRECT != null && BLOCK_BYTES % Files.getFileStore(path).getBlockSize() == 0;
        return new Channel(path, fits ? openPastTheCache(path) : openThroughTheCache(path));
    }

    /** The cache would cost a copy of everything that is written, and nobody reads these files. */
    private static FileChannel openPastTheCache(Path path) throws IOException {
        try {
            return FileChannel.open(path, DIRECT, StandardOpenOption.DSYNC, StandardOpenOption.WRITE);
        } catch (IOException | UnsupportedOperationException notOnThisFileSystem) {
            return openThroughTheCache(path);
        }
    }

    private static FileChannel openThroughTheCache(Path path) throws IOException {
        return FileChannel.open(path, StandardOpenOption.DSYNC, StandardOpenOption.WRITE);
    }

    @Override
    public List<String> list(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        } catch (NoSuchFileException absent) {
            return List.of();
        }
    }

    @Override
    public boolean exists(Path path) {
        return Files.exists(path);
    }

    @Override
    public long size(Path path) throws IOException {
        return Files.size(path);
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        if (Files.isDirectory(directory)) return;
        Path parent = directory.toAbsolutePath().getParent();
        if (parent != null) createDirectories(parent);
        if (parent == null) {
            Files.createDirectories(directory, OwnerOnly.directory());
            return;
        }
        // Opened before: once the directory is there, nobody would come back to make its name durable.
        try (OpenDirectory open = openDirectory(parent)) {
            Files.createDirectories(directory, OwnerOnly.directory());
            open.force();
        }
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void delete(Path path) throws IOException {
        Files.deleteIfExists(path);
    }

    @Override
    public OpenDirectory openDirectory(Path directory) throws IOException {
        FileChannel channel = DIRECTORIES_CAN_BE_FORCED ? FileChannel.open(directory, StandardOpenOption.READ) : null;
        return new DirectoryChannel(directory, channel);
    }

    /** The channel is null where directories cannot be forced. */
    private record DirectoryChannel(Path path, FileChannel channel) implements OpenDirectory {
        @Override
        public void force() throws IOException {
            if (channel == null) return;
            try {
                channel.force(true);
            } catch (IOException cause) {
                throw new ForceFailedException("The directory " + DataLayout.shown(path), cause);
            }
        }

        @Override
        public void close() throws IOException {
            if (channel != null) channel.close();
        }
    }

    /**
     * Sending to it costs next to nothing and brings the pages into memory. Null where there is no such file; then who sends
     * may have to wait for the disk.
     */
    private static final FileChannel SINK = openSink();

    private static FileChannel openSink() {
        try {
            return FileChannel.open(Path.of("/dev/null"), StandardOpenOption.WRITE);
        } catch (IOException absent) {
            return null;
        }
    }

    private record Channel(Path path, FileChannel channel) implements LogFile {
        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            int total = 0;
            while (target.hasRemaining()) {
                int count = channel.read(target, position + total);
                if (count <= 0) break;
                total += count;
            }
            return total;
        }

        @Override
        public void load(long position, int bytes) throws IOException {
            for (long at = position; SINK != null && at < position + bytes; ) {
                long sent = channel.transferTo(at, position + bytes - at, SINK);
                if (sent <= 0) return;
                at += sent;
            }
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            long at = position;
            while (source.hasRemaining()) at += channel.write(source, at);
        }

        @Override
        public void truncate(long sizeBytes) throws IOException {
            channel.truncate(sizeBytes);
        }

        @Override
        public void force() throws IOException {
            try {
                channel.force(false);
            } catch (ClosedChannelException closed) {
                throw closed;
            } catch (IOException cause) {
                throw new ForceFailedException("The file " + DataLayout.shown(path), cause);
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
