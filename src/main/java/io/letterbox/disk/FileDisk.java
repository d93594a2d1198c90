package io.letterbox.disk;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
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
    /** Windows cannot open a directory to force it; it writes changes of directories through by itself. */
    private static final boolean DIRECTORIES_CAN_BE_FORCED = File.separatorChar == '/';

    /** The limit for tools that only read files. */
    private static final int SOME_LOG_FILES = 1024;

    /** The option that opens a file past the page cache; not every JDK has it, null if this one does not. */
    private static final OpenOption DIRECT = direct();

    private static OpenOption direct() {
        try {
            Object[] options =
                    Class.forName("com.sun.nio.file.ExtendedOpenOption").getEnumConstants();
            for (Object option : options) if (option.toString().equals("DIRECT")) return (OpenOption) option;
        } catch (ClassNotFoundException absent) {
            // Without the option, files are opened through the page cache.
        }
        return null;
    }

    private final OpenSegmentFiles openFiles;

    /** @param openLogFiles how many files of segments may stay open while they are not used, 1 or more */
    public FileDisk(int openLogFiles) {
        openFiles = new OpenSegmentFiles(openLogFiles);
    }

    /** A disk for few logs. */
    public FileDisk() {
        this(SOME_LOG_FILES);
    }

    @Override
    public OpenSegmentFiles openFiles() {
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

    /** Bypasses the page cache, which would cost a copy of every write although these files are not read. */
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
        // The parent is opened first: if that failed afterwards, the new directory's name would never be forced,
        // because the next call would find the directory.
        try (OpenDirectory open = openDirectory(parent)) {
            Files.createDirectories(directory, OwnerOnly.directory());
            open.force();
        }
    }

    @Override
    public void link(Path existing, Path second) throws IOException {
        try {
            Files.createLink(second, existing);
        } catch (UnsupportedOperationException noLinks) {
            Files.copy(existing, second);
        } catch (FileSystemException refused) {
            if (refused instanceof NoSuchFileException || refused instanceof FileAlreadyExistsException) throw refused;
            // Some file systems say only by failing that they have no links.
            Files.copy(existing, second);
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

    /** An open directory. The channel is null if directories cannot be forced. */
    private record DirectoryChannel(Path path, FileChannel channel) implements OpenDirectory {
        @Override
        public void force() throws IOException {
            if (channel == null) return;
            try {
                channel.force(true);
            } catch (IOException cause) {
                throw new ForceFailedException("The directory " + DataLayout.displayName(path), cause);
            }
        }

        @Override
        public void close() throws IOException {
            if (channel != null) channel.close();
        }
    }

    /**
     * The null device. Transferring a file to it loads the pages at little cost. Null if there is no such device; then
     * a sender may have to wait for the disk.
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
                throw new ForceFailedException("The file " + DataLayout.displayName(path), cause);
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
