package io.letterbox.storage;

import io.letterbox.disk.DataLayout;
import io.letterbox.disk.Disk;
import io.letterbox.log.CorruptLogException;
import io.letterbox.log.LastStop;
import io.letterbox.log.LogConfig;
import io.letterbox.log.LogRecovery;
import io.letterbox.log.PartitionLog;
import io.letterbox.log.PartitionMetadataFile;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.TopicConfig;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.TopicIdPartition;
import io.letterbox.storage.replica.LogPosition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Makes a replica of files that another node has given: checks every batch, and puts them in the place of what was
 * there. Each step may be done again after a process has ended in its midst. While the replica is not open; blocks.
 *
 * <pre>
 * shards/&lt;shard&gt;/copy/&lt;topic id&gt;-&lt;partition&gt;/…
 * shards/&lt;shard&gt;/copy/replica-checkpoint
 * </pre>
 */
public final class ReplicaPlacing {
    private static final String CHECKPOINT = "replica-checkpoint";

    private final Disk disk;
    private final Path shard;
    private final Path copy;

    public ReplicaPlacing(Disk disk, DataLayout layout, int shard) {
        this.disk = disk;
        this.shard = layout.shard(shard);
        this.copy = directory(layout, shard);
    }

    /** Where a copy is before it is placed. */
    public static Path directory(DataLayout layout, int shard) {
        return layout.shard(shard).resolve("copy");
    }

    /**
     * As below, with the settings that an image has.
     *
     * @param image of the metadata version that the copy needs, or a later one
     */
    public LogPosition check(ClusterImage image, StorageServices services) throws IOException {
        return check(key -> {
            TopicImage topic = image.topic(key.topicId());
            return services.logConfig(topic == null ? new TopicConfig(Map.of()) : topic.config());
        });
    }

    /**
     * Reads every batch of a copy, cuts the logs to where the checkpoint says that they end, and forces all of it.
     *
     * @param config of a partition's log
     * @return where the copy stands
     * @throws CorruptLogException if something is damaged or missing: the copy is of no use
     */
    LogPosition check(Function<TopicIdPartition, LogConfig> config) throws IOException {
        ReplicaCheckpoint checkpoint = ReplicaCheckpoint.read(disk, copy.resolve(CHECKPOINT));
        for (ReplicaCheckpoint.Partition each : checkpoint.partitions()) {
            Path directory = copy.resolve(each.key().toString());
            if (!each.topicId().toString().equals(PartitionMetadataFile.read(disk, directory)))
                throw new CorruptLogException("The copy of " + each.id() + " does not say whose it is.");
            check(each, directory, config.apply(each.key()));
        }
        disk.forceDirectory(copy);
        return checkpoint.position();
    }

    private void check(ReplicaCheckpoint.Partition each, Path directory, LogConfig config) throws IOException {
        LogRecovery.RecoveryResult read = LogRecovery.open(disk, directory, config, 0, LastStop.UNCLEAN);
        if (read instanceof LogRecovery.Quarantined bad) throw new CorruptLogException(bad.reason());
        PartitionLog log = ((LogRecovery.Recovered) read).log();
        boolean whole = false;
        try {
            if (log.logEndOffset() < each.endOffset()) {
                throw new CorruptLogException("The copy of " + each.id() + " ends at offset " + log.logEndOffset()
                        + ", and not at " + each.endOffset() + ".");
            }
            log.truncateTo(each.endOffset());
            whole = log.logEndOffset() == each.endOffset();
            if (!whole) throw new CorruptLogException("The copy of " + each.id() + " cannot be cut where it ends.");
        } finally {
            if (whole) log.close();
            else log.abandon();
        }
    }

    /** Puts a copy that was checked in the place of what was there. */
    public void place() throws IOException {
        if (disk.exists(copy.resolve(CHECKPOINT))) {
            Set<String> kept = new HashSet<>();
            for (ReplicaCheckpoint.Partition each :
                    ReplicaCheckpoint.read(disk, copy.resolve(CHECKPOINT)).partitions()) {
                String name = each.key().toString();
                kept.add(name);
                if (disk.exists(copy.resolve(name))) swap(name);
            }
            for (String name : disk.list(shard)) {
                if (TopicIdPartition.parse(name) != null && !kept.contains(name))
                    PartitionDirectories.destroy(disk, shard.resolve(name));
            }
            disk.forceDirectory(shard);
            disk.rename(copy.resolve(CHECKPOINT), shard.resolve(CHECKPOINT));
            disk.forceDirectory(shard);
        }
        clear();
    }

    private void swap(String name) throws IOException {
        if (disk.exists(shard.resolve(name))) PartitionDirectories.destroy(disk, shard.resolve(name));
        disk.rename(copy.resolve(name), shard.resolve(name));
        disk.forceDirectory(shard);
    }

    /** Deletes what is left of a copy; also one that is of no use. */
    public void clear() throws IOException {
        for (String name : disk.list(copy)) {
            Path path = copy.resolve(name);
            if (TopicIdPartition.parse(name) != null)
                for (String file : disk.list(path)) disk.delete(path.resolve(file));
            disk.delete(path);
        }
        if (disk.exists(copy)) disk.delete(copy);
        disk.forceDirectory(shard);
    }
}
