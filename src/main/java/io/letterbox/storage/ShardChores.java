package io.letterbox.storage;

import io.letterbox.log.ForceFailedException;
import io.letterbox.metadata.TopicConfig.Flush;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a shard does from time to time. Owned by the shard's thread. */
final class ShardChores {
    /** So many bytes are appended at the most before recovery points are written: what a restart may have to read. */
    private static final long CHECKPOINT_BYTES = 64L << 20;

    private static final Logger LOG = LoggerFactory.getLogger(ShardChores.class);

    private final StorageServices services;
    private final ShardPartitions partitions;
    private final ShardCompaction compaction;
    private HostedPartition current;
    private long bytesSinceCheckpoint;

    ShardChores(StorageServices services, ShardPartitions partitions, ShardCompaction compaction) {
        this.services = services;
        this.partitions = partitions;
        this.compaction = compaction;
    }

    /** The partition that was being worked on, after {@link #run} has thrown. */
    HostedPartition current() {
        return current;
    }

    /** Applies retention, rolls by age, and starts compactions. */
    void keepHouse(long nowMs) throws IOException {
        for (HostedPartition partition : partitions.all()) {
            if (partition.quarantine() != null) continue;
            current = partition;
            partition.log().producers().expire(nowMs);
            partition.log().applyRetention(nowMs, partition.highWatermark());
            compaction.consider(partition, nowMs);
        }
    }

    /** Forces the logs of topics that flush at an interval, where the interval is over. */
    void flushDue(long nowMs) throws IOException {
        for (HostedPartition partition : partitions.all()) {
            if (partition.quarantine() != null || partition.config().flush() != Flush.INTERVAL) continue;
            if (nowMs - partition.lastFlushMs() < partition.config().flushIntervalMs()) continue;
            current = partition;
            if (partition.log().durableOffset() < partition.log().logEndOffset())
                partition.log().flush();
            partition.flushedAt(nowMs);
        }
    }

    /** Counts appended bytes; writes the recovery points when there are many. */
    void wrote(long bytes) throws IOException {
        bytesSinceCheckpoint += bytes;
        if (bytesSinceCheckpoint >= CHECKPOINT_BYTES) checkpoint();
    }

    /** Writes indexes and recovery points, where anything was appended since the last time. */
    void checkpoint() throws IOException {
        if (bytesSinceCheckpoint == 0) return;
        bytesSinceCheckpoint = 0;
        try {
            for (HostedPartition partition : partitions.all()) {
                if (partition.quarantine() != null) continue;
                current = partition;
                partition.checkpoint();
            }
            services.recovery().write();
        } catch (ForceFailedException fatal) {
            throw fatal;
        } catch (IOException full) {
            // Nothing rests on what could not be written: a restart would only have more to read.
            LOG.warn("The recovery points could not be written, and are tried again: {}", full.toString());
            bytesSinceCheckpoint = 1;
        }
    }
}
