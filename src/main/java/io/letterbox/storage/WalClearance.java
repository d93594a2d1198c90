package io.letterbox.storage;

import io.letterbox.disk.Disk;
import io.letterbox.log.PartitionMetadataFile;
import io.letterbox.log.wal.RecoveredWal;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.TopicPartition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/** Lets go of what earlier processes have written ahead, once the logs have been opened. Used by the thread that starts. */
public final class WalClearance {
    private final Disk disk;
    private final Path topics;
    private final ClusterImage image;

    /** @param topics the directory of all topics */
    public WalClearance(Disk disk, Path topics, ClusterImage image) {
        this.disk = disk;
        this.topics = topics;
        this.image = image;
    }

    /** Deletes the files whose records are in the logs now; returns those that could not be put there. */
    public List<RecoveredWal.Kept> run(RecoveredWal remains) throws IOException {
        return remains.clear(this::isDeleted);
    }

    private boolean isDeleted(TopicPartition partition, UUID topicId) throws IOException {
        if (image.deleted().containsKey(topicId)) return true;
        TopicImage topic = image.topics().get(partition.topic());
        // Metadata that was lost leaves directories behind, topics that were deleted do not.
        if (topic == null) return !disk.exists(topics.resolve(partition.topic()));
        if (topic.id().equals(topicId)) return false;
        Path directory = topics.resolve(partition.topic()).resolve(Integer.toString(partition.partition()));
        return !topicId.toString().equals(PartitionMetadataFile.read(disk, directory));
    }
}
