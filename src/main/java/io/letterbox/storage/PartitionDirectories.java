package io.letterbox.storage;

import io.letterbox.disk.DataLayout;
import io.letterbox.disk.Disk;
import io.letterbox.log.PartitionMetadataFile;
import io.letterbox.record.TopicIdPartition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * The directories of one shard's partitions, each called by the topic's incarnation and the partition's number, with a
 * marker that says the same and the topic's name.
 */
final class PartitionDirectories {
    private final Disk disk;
    private final Path shard;

    /**
     * What was there.
     *
     * @param kept true if the directory holds what the partition left in it
     * @param defect why the directory cannot be used, or null
     */
    record DirectoryState(boolean kept, String defect) {}

    PartitionDirectories(Disk disk, DataLayout layout, int shard) {
        this.disk = disk;
        this.shard = layout.shard(shard);
    }

    Path of(TopicIdPartition id) {
        return shard.resolve(id.toString());
    }

    /** Whose directories there are. */
    List<TopicIdPartition> all() throws IOException {
        List<TopicIdPartition> all = new ArrayList<>();
        for (String name : disk.list(shard)) {
            TopicIdPartition id = TopicIdPartition.parse(name);
            if (id != null) all.add(id);
        }
        return all;
    }

    /**
     * Whether there is nothing in a directory: the last step of a deletion is left, or the first of a creation was
     * done.
     */
    boolean isEmpty(TopicIdPartition id) throws IOException {
        return disk.list(of(id)).isEmpty();
    }

    /** How the topic of a directory is called; its incarnation where the directory does not say it. */
    String topic(TopicIdPartition id) throws IOException {
        String topic = PartitionMetadataFile.topic(disk, of(id));
        return topic == null || topic.isEmpty() ? id.topicId().toString() : topic;
    }

    /** Makes the directory of a partition usable. */
    DirectoryState prepare(TopicIdPartition id, String topic) throws IOException {
        Path directory = of(id);
        String marker = DataLayout.displayName(directory.resolve(PartitionMetadataFile.NAME));
        UUID topicId = id.topicId();
        String holder = PartitionMetadataFile.read(disk, directory);
        if (topicId.toString().equals(holder)) return new DirectoryState(true, null);
        if (holder != null) {
            return new DirectoryState(
                    true,
                    marker + " does not say that the directory belongs to " + topicId
                            + ", and no topic that was deleted had it. Move the directory away where nobody needs it.");
        }
        if (disk.list(directory).stream().anyMatch(name -> name.endsWith(".log"))) {
            return new DirectoryState(true, marker + " is missing beside segments");
        }
        disk.createDirectories(directory);
        PartitionMetadataFile.write(disk, directory, topicId, topic);
        return new DirectoryState(false, null);
    }

    /**
     * Deletes a partition's directory with all files; the metadata file goes last, so that after a crash the directory
     * can still be recognised.
     *
     * @throws IOException if something was left; to be called again
     */
    void destroy(TopicIdPartition id) throws IOException {
        if (disk.exists(of(id))) destroy(disk, of(id));
    }

    /** The same for any directory of a partition. */
    static void destroy(Disk disk, Path directory) throws IOException {
        for (String name : disk.list(directory))
            if (!name.equals(PartitionMetadataFile.NAME)) disk.delete(directory.resolve(name));
        // Forced because deletions need not reach the disk in their order.
        disk.forceDirectory(directory);
        disk.delete(directory.resolve(PartitionMetadataFile.NAME));
        disk.delete(directory);
        disk.forceDirectory(directory.getParent());
    }
}
