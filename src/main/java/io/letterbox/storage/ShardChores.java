package io.letterbox.storage;

import io.letterbox.metadata.TopicConfig.Flush;
import io.letterbox.time.Moment;
import java.io.IOException;

/** What a shard does from time to time. Owned by the shard's thread. */
final class ShardChores {
    private final ShardPartitions partitions;
    private final ShardCompaction compaction;

    ShardChores(ShardPartitions partitions, ShardCompaction compaction) {
        this.partitions = partitions;
        this.compaction = compaction;
    }

    /** Applies retention, rolls by age, and starts compactions. */
    void keepHouse(Moment now) throws IOException {
        for (HostedPartition partition : partitions.all()) {
            if (partition.quarantine() != null) continue;
            partition.log().producers().expire(now.elapsedMs());
            partition.log().applyRetention(now, partition.highWatermark());
            compaction.consider(partition, now);
        }
    }

    /** Forces the logs of topics that flush at an interval, where the interval is over. */
    void flushDue(long elapsedMs) throws IOException {
        for (HostedPartition partition : partitions.all()) {
            if (partition.quarantine() != null || partition.config().flush() != Flush.INTERVAL) continue;
            if (elapsedMs - partition.lastFlushMs() < partition.config().flushIntervalMs()) continue;
            if (partition.log().durableOffset() < partition.log().logEndOffset())
                partition.log().flush();
            partition.flushedAt(elapsedMs);
        }
    }
}
