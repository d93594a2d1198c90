package io.letterbox.storage;

import io.letterbox.config.StorageConfig;
import io.letterbox.disk.Disk;
import io.letterbox.log.producers.ProducerLimits;
import io.letterbox.log.wal.WalDirectory;
import io.letterbox.storage.coordinator.CoordinatorType;
import io.letterbox.telemetry.Meters;
import io.letterbox.time.Clock;
import io.vertx.core.WorkerExecutor;
import java.util.List;
import java.util.function.Consumer;

/**
 * What all shards of a node share.
 *
 * @param nodeId this node, as it is called in cluster images
 * @param clock tells the time
 * @param shards how many shards there are
 * @param config limits and intervals
 * @param directory where the files are
 * @param files the way to the files
 * @param wal where shards have their write-ahead files
 * @param hosted where shards publish what they serve
 * @param recovery the recovery points, read at the start and written as the logs grow
 * @param disk how much room is left
 * @param ballast room for retention on a full disk
 * @param shortages what cannot be done for now
 * @param meters what happens is counted here
 * @param background threads for compaction and deletion, which must not hold up a shard
 * @param forces makes several logs durable at once
 * @param onFailure told once, in a sentence, when a shard has ended
 * @param producers how long and how many producers each partition remembers
 * @param coordinators the internal topics, and what their partitions coordinate
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
        List<CoordinatorType> coordinators) {}
