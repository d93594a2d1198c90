package io.letterbox.storage;

import io.letterbox.disk.DataLayout;
import io.letterbox.disk.Disk;
import io.letterbox.log.PartitionMetadataFile;
import io.letterbox.record.TopicPartition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.UUID;

/** The directories of partitions, each with a {@link PartitionMetadataFile} that names the incarnation of its topic. */
final class PartitionDirectories {
    private final Disk disk;
    private final Path topics;

    /**
     * The state of a partition's directory.
     *
     * @param kept true if the directory holds files of this incarnation of the topic
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

    /** Whether the directory belongs to another incarnation of the topic. */
    boolean isOlder(TopicPartition id, UUID topicId) throws IOException {
        String holder = PartitionMetadataFile.read(disk, of(id));
        return holder != null && !holder.isEmpty() && !holder.equals(topicId.toString());
    }

    /** Whether the directory belongs to one of these deleted incarnations. */
    boolean isLeftOver(TopicPartition id, Set<UUID> deleted) throws IOException {
        String holder = PartitionMetadataFile.read(disk, of(id));
        return holder != null && deleted.stream().anyMatch(topic -> holder.equals(topic.toString()));
    }

    /** Makes the directory of a partition usable for an incarnation. */
    Found prepare(TopicPartition id, UUID topicId) throws IOException {
        Path directory = of(id);
        String marker = DataLayout.shown(directory.resolve(PartitionMetadataFile.NAME));
        String holder = PartitionMetadataFile.read(disk, directory);
        if (topicId.toString().equals(holder)) return new Found(true, null);
        if (holder != null) {
            return new Found(
                    true,
                    marker + " does not say that the directory belongs to " + topicId
                            + ", and no topic that was deleted had it. Move the directory away where nobody needs it.");
        }
        if (disk.list(directory).stream().anyMatch(name -> name.endsWith(".log"))) {
            return new Found(true, marker + " is missing beside segments");
        }
        disk.createDirectories(directory);
        PartitionMetadataFile.write(disk, directory, topicId);
        return new Found(false, null);
    }

    /**
     * Deletes the directory of an incarnation; does nothing if the directory belongs to another one.
     *
     * @throws IOException if some file was not deleted; to be called again
     */
    void destroy(TopicPartition id, UUID topicId) throws IOException {
        String holder = PartitionMetadataFile.read(disk, of(id));
        if (holder == null || holder.isEmpty() || holder.equals(topicId.toString())) destroyOlder(id);
    }

    /**
     * Deletes a partition's directory with all files; the metadata file goes last, so that after a crash the directory
     * can still be recognised.
     */
    void destroyOlder(TopicPartition id) throws IOException {
        Path directory = of(id);
        Path topic = topics.resolve(id.topic());
        if (!disk.exists(topic)) return;
        if (disk.exists(directory)) empty(directory);
        disk.delete(directory);
        disk.forceDirectory(topic);
        if (disk.list(topic).isEmpty()) {
            disk.delete(topic);
            disk.forceDirectory(topics);
        }
    }

    private void empty(Path directory) throws IOException {
        for (String name : disk.list(directory))
            if (!name.equals(PartitionMetadataFile.NAME)) disk.delete(directory.resolve(name));
        // Forced because deletions need not reach the disk in their order.
        disk.forceDirectory(directory);
        disk.delete(directory.resolve(PartitionMetadataFile.NAME));
    }
}
