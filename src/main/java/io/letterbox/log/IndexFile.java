package io.letterbox.log;

import io.letterbox.disk.Disk;
import io.letterbox.disk.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * A file with one of the indexes of a segment: entries of equal length in sequence. It is open only during an
 * operation. Written by the log's owner; read from any thread.
 *
 * @param path its path; the file need not exist
 */
public record IndexFile(Disk disk, Path path) {
    /** Its content; empty if the file does not exist. */
    public ByteBuffer content() throws IOException {
        try {
            return ByteBuffer.wrap(disk.readAll(path));
        } catch (NoSuchFileException absent) {
            return ByteBuffer.allocate(0);
        }
    }

    /** Opens the file for lookups. Throws NoSuchFileException. */
    LogFile open() throws IOException {
        return disk.open(path);
    }

    /** Writes the whole file and forces it, except its name. */
    public void write(ByteBuffer entries) throws IOException {
        try (LogFile file = disk.create(path)) {
            file.write(entries, 0);
            file.force();
        }
    }

    /** Makes an empty file if there is none; durable when the file and its directory are forced. */
    void ensure() throws IOException {
        if (!disk.exists(path)) disk.create(path).close();
    }

    /**
     * Appends entries to those that the file has; without any entries, no file is made. Bytes that are there already
     * are from before a crash or a truncation. They are cut off durably first, because after the next crash old entries
     * could not be told from new ones.
     *
     * @param fromBytes the length of the entries that the file has
     */
    void extend(long fromBytes, ByteBuffer entries) throws IOException {
        append(fromBytes, entries, false);
    }

    /**
     * Like {@link #extend(long, ByteBuffer)}, and makes the entries durable before the file is closed: an operating
     * system may drop a write error once no process has the file open. The caller forces the name.
     */
    void extendDurably(long fromBytes, ByteBuffer entries) throws IOException {
        append(fromBytes, entries, true);
    }

    private void append(long fromBytes, ByteBuffer entries, boolean durably) throws IOException {
        boolean absent = fromBytes == 0 && !disk.exists(path);
        boolean news = entries.hasRemaining();
        if (!news && (absent || disk.size(path) == fromBytes)) return;
        try (LogFile file = absent ? disk.create(path) : disk.open(path)) {
            if (file.size() > fromBytes) {
                file.truncate(fromBytes);
                file.force();
            }
            if (!news) return;
            file.write(entries, fromBytes);
            if (durably) file.force();
        }
    }

    /** Forces the file, except its name. Throws NoSuchFileException. */
    void force() throws IOException {
        try (LogFile file = disk.open(path)) {
            file.force();
        }
    }

    /** Deletes the file, if it exists; durable after its directory is forced. */
    void delete() throws IOException {
        disk.delete(path);
    }
}
