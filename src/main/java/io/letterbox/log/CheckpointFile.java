package io.letterbox.log;

import io.letterbox.disk.Disk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Small text files of numbers, in Kafka's checkpoint format and replaced as a whole.
 *
 * <pre>
 *  0                    the format's version; 1 where the entries are none of Kafka's
 *  2                    how many lines follow
 *  1 0                  one entry a line, its fields set apart by a space
 *  4 1733
 * </pre>
 */
public final class CheckpointFile {
    /** Of entries as Kafka has them. */
    static final String KAFKA = "0";

    private CheckpointFile() {}

    /** The entries, each with this number of fields; null if the file does not exist or has another format. */
    static List<String[]> read(Disk disk, Path path, int fields) throws IOException {
        return read(disk, path, KAFKA, fields);
    }

    /** The same of another version. */
    static List<String[]> read(Disk disk, Path path, String version, int fields) throws IOException {
        String[] lines;
        try {
            lines = new String(disk.readAll(path), StandardCharsets.UTF_8).split("\n");
        } catch (NoSuchFileException absent) {
            return null;
        }
        if (lines.length < 2 || !lines[0].equals(version) || SegmentFiles.number(lines[1]) != lines.length - 2) {
            return null;
        }
        List<String[]> entries = new ArrayList<>();
        for (int index = 2; index < lines.length; index++) {
            String[] entry = lines[index].split(" ");
            if (entry.length != fields) return null;
            entries.add(entry);
        }
        return entries;
    }

    /** Replaces the file, durably. */
    static void write(Disk disk, Path path, List<String> entries) throws IOException {
        write(disk, path, KAFKA, entries);
    }

    /** The same in another version. */
    static void write(Disk disk, Path path, String version, List<String> entries) throws IOException {
        StringBuilder text =
                new StringBuilder(version).append('\n').append(entries.size()).append('\n');
        for (String entry : entries) text.append(entry).append('\n');
        disk.replace(path, text.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** The number of a file with one entry, or another if there is no such file. */
    public static long readOne(Disk disk, Path path, long otherwise) throws IOException {
        List<String[]> entries = read(disk, path, 1);
        if (entries == null || entries.size() != 1) return otherwise;
        long number = SegmentFiles.number(entries.get(0)[0]);
        return number < 0 ? otherwise : number;
    }

    /** Replaces a file with one entry, durably. */
    public static void writeOne(Disk disk, Path path, long number) throws IOException {
        write(disk, path, List.of(Long.toString(number)));
    }
}
