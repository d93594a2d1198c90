package io.letterbox.storage;

import io.letterbox.disk.DataLayout;
import io.letterbox.disk.Disk;
import io.letterbox.log.PartitionMetadataFile;
import io.letterbox.record.TopicPartition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.UUID;

/** The directories of partitions, each with a marker that says which incarnation of its topic it belongs to. */
final class PartitionDirectories {
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
        String holder = PartitionMetadataFile.read(disk, of(id));
        return holder != null && !holder.isEmpty() && !holder.equals(topicId.toString());
    }

    /** Whether the directory holds what one of these incarnations left in it. */
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
     * Deletes the directory that an incarnation of a partition has left; nothing where it holds another one.
     *
     * @throws IOException where something was left; to be called again
     */
    void destroy(TopicPartition id, UUID topicId) throws IOException {
        String holder = PartitionMetadataFile.read(disk, of(id));
        if (holder == null || holder.isEmpty() || holder.equals(topicId.toString())) destroyOlder(id);
    }

    /** Deletes a partition's directory with all files; the marker goes last, so that a crash leaves it recognisable. */
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
        // Deletions need not come to the disk in their order.
        disk.forceDirectory(directory);
        disk.delete(directory.resolve(PartitionMetadataFile.NAME));
    }
}
