package io.letterbox.log.wal;

import io.letterbox.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The directory of all shards' write-ahead files. It numbers the files and their uses (generations) upwards, over all
 * shards and all starts, which gives their order. Any thread.
 */
public final class WalDirectory {
    static final String SUFFIX = ".wal";

    private final Disk disk;
    private final Path path;
    private final RecoveredWal recovered;
    private final AtomicLong lastNumber;

    private WalDirectory(Disk disk, Path path, RecoveredWal remains) {
        this.disk = disk;
        this.path = path;
        this.recovered = remains;
        this.lastNumber = new AtomicLong(remains.lastNumber());
    }

    /**
     * Reads the files of an earlier process in a directory, which need not exist.
     *
     * @throws IOException if a file cannot be read, or was written by a later version
     */
    public static WalDirectory open(Disk disk, Path path) throws IOException {
        return new WalDirectory(disk, path, RecoveredWal.read(disk, path));
    }

    /** The write-ahead files of an earlier process. */
    public RecoveredWal recovered() {
        return recovered;
    }

    /** The number in a file's name, or 0. */
    static long number(String name) {
        String digits = name.substring(0, name.length() - SUFFIX.length());
        return digits.matches("\\d{1,18}") ? Long.parseLong(digits) : 0;
    }

    /** Makes a new file, durably. */
    WalFile create(long limitBytes) throws IOException {
        disk.createDirectories(path);
        String name = String.format(Locale.ROOT, "%018d" + SUFFIX, lastNumber.incrementAndGet());
        // The directory is opened first, so that no file is left whose name cannot be forced for want of a descriptor.
        try (Disk.OpenDirectory names = disk.openDirectory(path)) {
            WalFile file = open(path.resolve(name), limitBytes);
            names.force();
            return file;
        }
    }

    private WalFile open(Path file, long limitBytes) throws IOException {
        try {
            return new WalFile(disk, file, limitBytes);
        } catch (IOException failed) {
            // The file may have been made without getting a descriptor.
            disk.delete(file);
            throw failed;
        }
    }

    /** A generation that is greater than those of all earlier uses of files. */
    long nextGeneration() {
        return lastNumber.incrementAndGet();
    }

    /** Deletes files, durably, because the files of a later start may have lower numbers. */
    void delete(List<Path> files) throws IOException {
        for (Path file : files) disk.delete(file);
        if (!files.isEmpty()) disk.forceDirectory(path);
    }
}
