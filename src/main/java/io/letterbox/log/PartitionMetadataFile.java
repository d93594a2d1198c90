package io.letterbox.log;

import io.letterbox.disk.Disk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.UUID;

/**
 * The file in a partition's directory that names the incarnation of the topic it belongs to and, for people, the topic:
 *
 * <pre>
 * partition.metadata
 *   version: 1
 *   topic_id: 5f8a3c1e-9b1d-4c7e-8a51-2f0f6f0c9a11
 *   topic: quakes                                     not in version 0
 * </pre>
 *
 * It is the first file of a directory, and the last that is deleted.
 */
public final class PartitionMetadataFile {
    public static final String NAME = "partition.metadata";

    private static final String TOPIC_ID = "topic_id: ";
    private static final String TOPIC = "topic: ";

    private PartitionMetadataFile() {}

    /** The topic id in a directory's file, as text; empty if the file has none, null if there is no file. */
    public static String read(Disk disk, Path directory) throws IOException {
        return field(disk, directory, TOPIC_ID);
    }

    /** How the topic is called; empty if the marker does not say it, null if there is no marker. */
    public static String topic(Disk disk, Path directory) throws IOException {
        return field(disk, directory, TOPIC);
    }

    private static String field(Disk disk, Path directory, String name) throws IOException {
        Path marker = directory.resolve(NAME);
        if (!disk.exists(marker)) return null;
        String text = new String(disk.readAll(marker), StandardCharsets.UTF_8);
        return text.lines()
                .filter(line -> line.startsWith(name))
                .findFirst()
                .map(line -> line.substring(name.length()).strip())
                .orElse("");
    }

    /** The topic's id, or null if the file is missing or has none. */
    public static UUID topicId(Disk disk, Path directory) throws IOException {
        String holder = read(disk, directory);
        try {
            return holder == null ? null : UUID.fromString(holder);
        } catch (IllegalArgumentException damaged) {
            return null;
        }
    }

    /** Writes the file of a directory, durably and atomically. */
    public static void write(Disk disk, Path directory, UUID topicId, String topic) throws IOException {
        String text = "version: 1\n" + TOPIC_ID + topicId + "\n" + TOPIC + topic + "\n";
        disk.replace(directory.resolve(NAME), text.getBytes(StandardCharsets.UTF_8));
    }
}
