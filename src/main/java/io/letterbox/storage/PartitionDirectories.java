package io.letterbox.storage;

import io.letterbox.log.Disk;
import io.letterbox.record.TopicPartition;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
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
     * @param defect why the directory cannot be used, or null
     */
    record Found(boolean kept, String defect) {}

    PartitionDirectories(Disk disk, Path topics) {
        this.disk = disk;
        this.topics = topics;
    }

    Path of(TopicPartition id) {
        return topics.resolve(id.topic()).resolve(Integer.toString(id.partition()));
    }

    /** Whether the directory holds what another incarnation of the topic left in it. */
    boolean isOlder(TopicPartition id, UUID topicId) throws IOException {
        String holder = holder(of(id).resolve(MARKER));
        return holder != null && !holder.isEmpty() && !holder.equals(topicId.toString());
    }

    /** Makes the directory of a partition usable for an incarnation. */
    Found prepare(TopicPartition id, UUID topicId) throws IOException {
        Path directory = of(id);
        Path marker = directory.resolve(MARKER);
        String holder = holder(marker);
        if (topicId.toString().equals(holder)) return new Found(true, null);
        if (holder != null) return new Found(true, marker + " does not say that the directory belongs to " + topicId);
        if (disk.list(directory).stream().anyMatch(name -> name.endsWith(".log"))) {
            return new Found(true, marker + " is missing beside segments");
        }
        disk.createDirectories(directory);
        disk.replace(marker, ("version: 0\n" + TOPIC_ID + topicId + "\n").getBytes(StandardCharsets.UTF_8));
        return new Found(false, null);
    }

    /** The topic that a marker names; empty where it names none, null where there is no marker. */
    private String holder(Path marker) throws IOException {
        if (!disk.exists(marker)) return null;
        String text = new String(disk.readAll(marker), StandardCharsets.UTF_8);
        int at = text.indexOf(TOPIC_ID);
        return at < 0 ? "" : text.substring(at + TOPIC_ID.length()).strip();
    }

    /** Deletes a partition's directory with all files; the marker goes last, so that a crash leaves it recognisable. */
    void destroy(TopicPartition id) throws IOException {
        Path directory = of(id);
        for (String name : disk.list(directory)) if (!name.equals(MARKER)) disk.delete(directory.resolve(name));
        // Deletions need not come to the disk in their order.
        disk.forceDirectory(directory);
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
