package io.letterbox.cluster.copy;

import io.letterbox.disk.Disk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * How much of a copy is on disk for sure. Beside the manifest in the directory of the copy; one line after the head:
 *
 * <pre>
 * copy 1                     the format's version
 * 2 8812739123 17 4194304    from node, id of the pin, file, offset in it
 * </pre>
 *
 * @param from the node that gives the copy
 * @param copy the id of its pin
 * @param file all files before it are complete
 * @param offset up to here this one is; 0 if nothing of it
 */
public record CopyProgress(int from, long copy, int file, long offset) {
    private static final String HEAD = "copy 1";

    /** Reads the file; null if there is none or it cannot be read, as then the copy begins anew. */
    public static CopyProgress read(Disk disk, Path file) throws IOException {
        try {
            String[] lines = new String(disk.readAll(file), StandardCharsets.UTF_8).split("\n");
            String[] parts = lines[1].split(" ");
            if (!lines[0].equals(HEAD)) return null;
            return new CopyProgress(
                    Integer.parseInt(parts[0]),
                    Long.parseLong(parts[1]),
                    Integer.parseInt(parts[2]),
                    Long.parseLong(parts[3]));
        } catch (NoSuchFileException | IndexOutOfBoundsException | NumberFormatException none) {
            return null;
        }
    }

    /** Replaces the file, durably. */
    public void write(Disk disk, Path path) throws IOException {
        String text = HEAD + "\n" + from + " " + copy + " " + file + " " + offset + "\n";
        disk.replace(path, text.getBytes(StandardCharsets.UTF_8));
    }
}
