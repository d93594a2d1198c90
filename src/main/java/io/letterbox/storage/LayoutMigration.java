package io.letterbox.storage;

import io.letterbox.disk.DataLayout;
import io.letterbox.disk.Disk;
import io.letterbox.log.PartitionMetadataFile;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.TopicIdPartition;
import io.letterbox.record.TopicPartition;
import io.letterbox.text.FileTrouble;
import java.io.IOException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes over the directories of versions that had {@code topics/<topic>/<partition>/}: each becomes that of its
 * partition, below its shard. Used by the thread that starts, before logs are opened.
 *
 * <p>If the process is killed in between, the next start continues. In this order:
 *
 * <ol>
 * <li>The metadata say in which shard each partition is ({@code CreateShards}); from then on no version of before opens
 * the directory, which would miss what has been moved.
 * <li>The recovery points are written by incarnation ({@link RecoveryCheckpoint#write}), without those that belong to
 * topics that were deleted: they can be told from others only while the directories are where they were.
 * <li>Each marker gets the topic's name, then its directory is renamed, as a whole: what was moved is not looked at
 * again.
 * <li>The new names are made durable, before anything is written below them.
 * </ol>
 */
public final class LayoutMigration {
    private static final Logger LOG = LoggerFactory.getLogger(LayoutMigration.class);

    private final Disk disk;
    private final DataLayout layout;
    private final ClusterImage image;

    /** @param image which shard each partition is in */
    public LayoutMigration(Disk disk, DataLayout layout, ClusterImage image) {
        this.disk = disk;
        this.layout = layout;
        this.image = image;
    }

    /** Whether there may be anything to take over. */
    public boolean isDue() throws IOException {
        return disk.exists(layout.topics());
    }

    /**
     * The incarnation of a partition whose recovery point was written with its name; null if the topic was deleted or
     * is unknown.
     */
    public TopicIdPartition incarnation(TopicPartition name) throws IOException {
        TopicImage topic = topic(name);
        if (topic == null || isDeleted(holder(name))) return null;
        return new TopicIdPartition(topic.id(), name.partition());
    }

    /**
     * Moves the directories of partitions, deletes those of deleted topics, and warns of directories that belong to no
     * known topic.
     *
     * @param forces does several things that wait for the disk at the same time
     * @throws IOException if that could not be ended; the next start goes on
     */
    public void run(ParallelFsync forces) throws IOException {
        try {
            takeOver(forces);
        } catch (IOException failed) {
            throw new IOException(
                    "The data directory was written by an earlier version, and could not be taken over as a whole ("
                            + FileTrouble.sentence(failed) + "). Nothing is lost; the next start goes on with it.",
                    failed);
        }
    }

    private void takeOver(ParallelFsync forces) throws IOException {
        for (int shard = 0; shard < image.shards().size(); shard++) disk.createDirectories(layout.shard(shard));
        List<Callable<Boolean>> moves = new ArrayList<>();
        for (TopicPartition name : names()) moves.add(() -> take(name));
        long moved = forces.all(moves).stream().filter(done -> done).count();
        for (int shard = 0; shard < image.shards().size(); shard++) disk.forceDirectory(layout.shard(shard));
        removeEmptied();
        if (moved > 0) LOG.info("Took over {} partitions from the layout of an earlier version", moved);
    }

    private List<TopicPartition> names() throws IOException {
        List<TopicPartition> names = new ArrayList<>();
        for (String topic : disk.list(layout.topics())) {
            List<String> numbers = children(layout.topics().resolve(topic));
            for (String number : numbers == null ? List.<String>of() : numbers) {
                if (number.matches("\\d{1,9}")) names.add(new TopicPartition(topic, Integer.parseInt(number)));
            }
        }
        return names;
    }

    /** True if the directory was moved. On any thread. */
    private boolean take(TopicPartition name) throws IOException {
        Path before = directory(name);
        UUID holder = holder(name);
        TopicImage topic = topic(name);
        boolean deleted = isDeleted(holder);
        // An empty one is what a deletion or a creation has left that was interrupted.
        if (deleted || disk.list(before).isEmpty()) {
            PartitionDirectories.destroy(disk, before);
            if (deleted) LOG.info("The deletion of {}, which was interrupted, is over", name);
            return false;
        }
        if (topic == null) return false;
        int shard = topic.partitions().get(name.partition()).shard();
        Path after = layout.shard(shard).resolve(new TopicIdPartition(topic.id(), name.partition()).toString());
        if (disk.exists(after)) {
            if (!disk.list(after).isEmpty()) return false;
            disk.delete(after);
        }
        // Whatever else is wrong with the marker is said when the log is opened.
        if (topic.id().equals(holder)) PartitionMetadataFile.write(disk, before, topic.id(), topic.name());
        disk.rename(before, after);
        return true;
    }

    /** Names that come back after a crash are removed by the next start. */
    private void removeEmptied() throws IOException {
        for (String topic : disk.list(layout.topics())) {
            Path directory = layout.topics().resolve(topic);
            List<String> left = children(directory);
            if (left != null && left.isEmpty()) {
                disk.delete(directory);
            } else {
                LOG.warn(
                        "{} belongs to no topic that this server knows to be deleted, and is left alone; remove it"
                                + " where nobody needs it",
                        directory);
            }
        }
        if (!disk.list(layout.topics()).isEmpty()) return;
        disk.delete(layout.topics());
        disk.forceDirectory(layout.root());
    }

    /** The names in a directory; null if it is a file. */
    private List<String> children(Path directory) throws IOException {
        try {
            return disk.list(directory);
        } catch (NotDirectoryException file) {
            return null;
        }
    }

    /** The topic to which a directory belongs by its place; null if there is none, or it has no such partition. */
    private TopicImage topic(TopicPartition name) {
        TopicImage topic = image.topics().get(name.topic());
        return topic != null && name.partition() < topic.partitions().size() ? topic : null;
    }

    private boolean isDeleted(UUID topicId) {
        return topicId != null && image.deleted().containsKey(topicId);
    }

    /** The incarnation that the marker of a directory names, or null. */
    private UUID holder(TopicPartition name) throws IOException {
        return PartitionMetadataFile.topicId(disk, directory(name));
    }

    private Path directory(TopicPartition name) {
        return layout.topics().resolve(name.topic()).resolve(Integer.toString(name.partition()));
    }
}
