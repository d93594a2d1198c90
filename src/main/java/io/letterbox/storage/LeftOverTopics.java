package io.letterbox.storage;

import io.letterbox.disk.Disk;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.record.TopicName;
import io.letterbox.record.TopicPartition;
import io.letterbox.text.FileTrouble;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Completes deletions of topics that an earlier process began. It deletes only files of incarnations that the metadata
 * lists as deleted, because lost metadata would look like deleted topics. Used by the thread that starts the server,
 * before logs are opened.
 */
public final class LeftOverTopics {
    private static final Logger LOG = LoggerFactory.getLogger(LeftOverTopics.class);

    private final Disk disk;
    private final Path topics;
    private final ClusterImage image;
    private final RecoveryCheckpoint recovery;
    private final PartitionDirectories directories;

    /** @param topics the directory of all topics */
    public LeftOverTopics(Disk disk, Path topics, ClusterImage image, RecoveryCheckpoint recovery) {
        this.disk = disk;
        this.topics = topics;
        this.image = image;
        this.recovery = recovery;
        this.directories = new PartitionDirectories(disk, topics);
    }

    /**
     * Deletes the files of deleted topics, and warns of directories that belong to no known topic.
     *
     * @return true if nothing is left of any deleted topic
     */
    public boolean delete() {
        boolean all = true;
        try {
            for (String topic : disk.list(topics)) all &= delete(topic);
        } catch (IOException lacking) {
            LOG.warn(
                    "{} cannot be looked through for topics that were deleted: {}",
                    topics,
                    FileTrouble.reason(lacking));
            return false;
        }
        return all;
    }

    private boolean delete(String topic) {
        try {
            for (String name : disk.list(topics.resolve(topic))) {
                int number = number(name);
                if (number >= 0 && TopicName.isValid(topic)) delete(new TopicPartition(topic, number));
            }
            boolean orphan = !image.topics().containsKey(topic) && disk.exists(topics.resolve(topic));
            if (orphan && disk.list(topics.resolve(topic)).isEmpty()) {
                disk.delete(topics.resolve(topic));
            } else if (orphan) {
                LOG.warn(
                        "{} belongs to no topic that this server knows to be deleted, and is left alone; remove it where"
                                + " nobody needs it",
                        topics.resolve(topic));
            }
            return true;
        } catch (IOException lacking) {
            LOG.warn(
                    "Files of the deleted topic {} are left to the next start: {}",
                    topic,
                    FileTrouble.sentence(lacking));
            return false;
        }
    }

    private void delete(TopicPartition id) throws IOException {
        // Skips existing topics without reading their files: there may be very many, and opening them checks their
        // metadata file.
        if (image.deleted().isEmpty() && image.topics().containsKey(id.topic())) return;
        boolean deleted = directories.isLeftOver(id, image.deleted().keySet());
        List<String> files = disk.list(directories.of(id));
        // A deletion that was interrupted at its last step leaves an empty directory.
        boolean empty = files.isEmpty() && !image.topics().containsKey(id.topic());
        if (!deleted && !empty) return;
        recovery.forget(id);
        directories.destroyOlder(id);
        LOG.info("The deletion of {}, which was interrupted, is over", id);
    }

    private static int number(String name) {
        return name.matches("\\d{1,9}") ? Integer.parseInt(name) : -1;
    }
}
