package io.letterbox.storage;

import io.letterbox.config.StorageConfig;
import io.letterbox.disk.Disk;
import io.letterbox.log.LogConfig;
import io.letterbox.log.producers.ProducerLimits;
import io.letterbox.log.wal.WalDirectory;
import io.letterbox.metadata.TopicConfig;
import io.letterbox.storage.coordinator.CoordinatorType;
import io.letterbox.telemetry.Meters;
import io.letterbox.time.Clock;
import io.vertx.core.WorkerExecutor;
import java.util.List;
import java.util.function.Consumer;

/**
 * What all shards of a node share.
 *
 * @param nodeId this node's id in cluster images
 * @param clock the node's clock
 * @param shards how many shards there are
 * @param config limits and intervals
 * @param directory the data directory
 * @param files access to files and directories
 * @param wal the directory of the shards' write-ahead files
 * @param hosted the registry in which shards publish the partitions that they serve
 * @param recovery the recovery points, read at the start and written by checkpoints
 * @param disk the free space of the disk
 * @param ballast space for retention on a full disk
 * @param shortages the work that fails for now
 * @param meters counters
 * @param background threads for compaction and deletion, which must not hold up a shard
 * @param forces makes several logs durable at once
 * @param onFailure gets a sentence when a shard has ended
 * @param producers how long and how many producers each partition remembers
 * @param coordinators the types of coordinators, one for each internal topic
 */
public record StorageServices(
        int nodeId,
        Clock clock,
        int shards,
        StorageConfig config,
        DataDirectory directory,
        Disk files,
        WalDirectory wal,
        HostedPartitions hosted,
        RecoveryCheckpoint recovery,
        DiskReserve disk,
        Ballast ballast,
        Shortages shortages,
        Meters meters,
        WorkerExecutor background,
        ParallelFsync forces,
        Consumer<String> onFailure,
        ProducerLimits producers,
        List<CoordinatorType> coordinators) {
    /** How the log of a partition is kept. */
    LogConfig logConfig(TopicConfig topic) {
        return new LogConfig(
                topic.segmentBytes(),
                topic.segmentMs(),
                topic.retentionMs(),
                topic.retentionBytes(),
                topic.indexIntervalBytes(),
                topic.compact(),
                topic.delete(),
                topic.minCompactionLagMs(),
                topic.maxCompactionLagMs(),
                topic.deleteRetentionMs(),
                topic.minCleanableDirtyRatio(),
                producers);
    }
}
