package io.letterbox.storage;

import io.letterbox.metadata.TopicConfig.Flush;
import io.letterbox.time.Moment;
import java.io.IOException;

/** What a shard does from time to time. Owned by the shard's thread. */
final class ShardChores {
    private final ShardPartitions partitions;
    private final ShardCompaction compaction;
    private final ShardFailures failures;

    ShardChores(ShardPartitions partitions, ShardCompaction compaction, ShardFailures failures) {
        this.partitions = partitions;
        this.compaction = compaction;
        this.failures = failures;
    }

    /**
     * Applies retention, rolls by age, and starts compactions.
     *
     * @throws IOException where a force failed: the shard must end
     */
    void keepHouse(Moment now) throws IOException {
        for (HostedPartition partition : partitions.all()) {
            if (partition.quarantine() != null || failures.isLost(partition)) continue;
            partition.log().producers().expire(now.elapsedMs());
            failures.attempt(
                    Work.RETENTION, partition, () -> partition.log().applyRetention(now, partition.highWatermark()));
            if (partition.quarantine() == null)
                failures.attempt(Work.COMPACTION, partition, () -> compaction.consider(partition, now));
        }
    }

    /**
     * Forces the logs of topics that flush at an interval, where the interval is over.
     *
     * @throws IOException where a force failed: the shard must end
     */
    void flushDue(long elapsedMs) throws IOException {
        for (HostedPartition partition : partitions.all()) {
            if (partition.quarantine() != null || partition.config().flush() != Flush.INTERVAL) continue;
            if (elapsedMs - partition.lastFlushMs() < partition.config().flushIntervalMs()) continue;
            if (partition.log().durableOffset() < partition.log().logEndOffset())
                failures.attempt(Work.FLUSHING, partition, partition.log()::flush);
            partition.flushedAt(elapsedMs);
        }
    }
}
