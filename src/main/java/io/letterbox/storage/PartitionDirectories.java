package io.letterbox.storage;

import io.letterbox.log.Disk;
import io.letterbox.log.LogFile;
import io.letterbox.record.TopicPartition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/**
 * The directories of partitions, and the file in each that says which incarnation of the topic it belongs to:
 *
 * <pre>
 * partition.metadata
 *   version: 0
 *   topic_id: 5f8a3c1e-9b1d-4c7e-8a51-2f0f6f0c9a11
 * </pre>
 *
 * Without it, a topic that was deleted and made again while the server was down would show the old one's records.
 */
final class PartitionDirectories {
    private static final String MARKER = "partition.metadata";
    private static final String TOPIC_ID = "topic_id: ";

    private final Disk disk;
    private final Path topics;

    /**
     * What was there.
     *
     * @param kept true where the directory holds what this incarnation of the topic left in it
     * @param replaced true where it held an older incarnation's files, which are gone now
     * @param defect why the directory cannot be used, or null
     */
    record Found(boolean kept, boolean replaced, String defect) {}

    PartitionDirectories(Disk disk, Path topics) {
        this.disk = disk;
        this.topics = topics;
    }

    Path of(TopicPartition id) {
        return topics.resolve(id.topic()).resolve(Integer.toString(id.partition()));
    }

    /** Makes the directory of a partition usable for an incarnation, clearing away what an older one left. */
    Found prepare(TopicPartition id, UUID topicId) throws IOException {
        Path directory = of(id);
        Path marker = directory.resolve(MARKER);
        boolean replaced = false;
        if (disk.exists(marker)) {
            String text = new String(disk.readAll(marker), StandardCharsets.UTF_8);
            int at = text.indexOf(TOPIC_ID);
            if (at < 0) return new Found(true, false, marker + " does not say which topic the directory belongs to");
            if (text.substring(at + TOPIC_ID.length()).strip().equals(topicId.toString()))
                return new Found(true, false, null);
            replaced = true;
            destroy(id);
        } else {
            List<String> names = disk.list(directory);
            if (names.stream().anyMatch(name -> name.endsWith(".log"))) {
                return new Found(true, false, marker + " is missing beside segments");
            }
        }
        disk.createDirectories(directory);
        try (LogFile file = disk.create(marker)) {
            String text = "version: 0\n" + TOPIC_ID + topicId + "\n";
            file.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), 0);
            file.force();
        }
        disk.forceDirectory(directory);
        return new Found(false, replaced, null);
    }

    /** Deletes a partition's directory with all files; the marker goes last, so that a crash leaves it recognisable. */
    void destroy(TopicPartition id) throws IOException {
        Path directory = of(id);
        for (String name : disk.list(directory)) if (!name.equals(MARKER)) disk.delete(directory.resolve(name));
        disk.delete(directory.resolve(MARKER));
        disk.delete(directory);
        Path topic = topics.resolve(id.topic());
        disk.forceDirectory(topic);
        if (disk.list(topic).isEmpty()) {
            disk.delete(topic);
            disk.forceDirectory(topics);
        }
    }
}
