package io.letterbox.storage;

import io.letterbox.audit.Actor;
import io.letterbox.audit.Audit;
import io.letterbox.audit.Change;
import io.letterbox.log.LogShrink;
import io.letterbox.log.PartitionLog;
import io.letterbox.metadata.TopicConfig;
import io.letterbox.metadata.TopicConfigKey;
import io.letterbox.time.Moment;
import java.io.IOException;
import java.util.Iterator;

/** What a shard does from time to time. Owned by the shard's thread. */
final class Housekeeping {
    /** So long one look at partitions may take; what is left comes behind everything that waits then. */
    private static final long SLICE_NANOS = 2_000_000;

    /** A piece of a shard's work that may find the disk broken. */
    @FunctionalInterface
    interface Chore {
        void run() throws IOException;
    }

    private final ShardPartitions partitions;
    private final ShardCompaction compaction;
    private final ShardFailures failures;
    private final LogStarts starts;
    private final StorageServices services;

    /** What this round of housekeeping has removed so far. */
    private RetentionTally removed = new RetentionTally();

    /** Of the round that is under way. */
    private long longestWaitMs;

    Housekeeping(
            StorageServices services,
            ShardPartitions partitions,
            ShardCompaction compaction,
            ShardFailures failures,
            LogStarts starts) {
        this.services = services;
        this.partitions = partitions;
        this.compaction = compaction;
        this.failures = failures;
        this.starts = starts;
    }

    /**
     * Applies retention, rolls by age, and starts compactions, for some partitions: those who publish must not wait for
     * very many.
     *
     * @param round goes on behind the last one
     * @return false if there are none left
     * @throws IOException where a force failed: the shard must end
     */
    boolean maintain(Iterator<HostedPartition> round, Moment now) throws IOException {
        long start = System.nanoTime();
        while (round.hasNext()) {
            HostedPartition partition = round.next();
            // It may have been deleted since the round began.
            if (partitions.get(partition.id()) == partition) maintain(partition, now);
            if (System.nanoTime() - start > SLICE_NANOS) break;
        }
        if (round.hasNext()) return true;
        audit();
        services.meters().housekeeping().passFinished(partitions.shard(), longestWaitMs);
        longestWaitMs = 0;
        return false;
    }

    /** A topic's partitions may lie in several slices of a round, and are one line. */
    private void audit() {
        for (Change change : removed.changes()) Audit.record(change, Actor.SERVER);
        removed = new RetentionTally();
    }

    private void maintain(HostedPartition partition, Moment now) throws IOException {
        if (partition.quarantine() != null || failures.isLost(partition)) return;
        longestWaitMs = Math.max(longestWaitMs, partition.transactionWaitMs(now.elapsedMs()));
        partition.log().producers().expire(now.elapsedMs());
        retain(partition, now);
        if (services.disk().isSpent() && partition.quarantine() == null)
            failures.attempt(FileOperation.RETENTION, partition, () -> shrink(partition));
        if (partition.quarantine() == null)
            failures.attempt(FileOperation.COMPACTION, partition, () -> compaction.consider(partition, now));
    }

    private void retain(HostedPartition partition, Moment now) throws IOException {
        long start = partition.log().logStartOffset();
        long bytes = partition.log().sizeBytes();
        String[] rule = new String[1];
        failures.attempt(FileOperation.RETENTION, partition, () -> {
            rule[0] = rule(partition, now);
            PartitionLog log = partition.log();
            // First what makes room, then what may need some.
            starts.move(partition, log.retainedFrom(now, partition.highWatermark()));
            log.keepHouse(now, partition.highWatermark());
            starts.move(partition, log.retainedFrom(now, partition.highWatermark()));
        });
        if (rule[0] == null || partition.quarantine() != null) return;
        long less = bytes - partition.log().sizeBytes();
        // A run that fails has taken away what it took away.
        long records = partition.log().logStartOffset() - start;
        if (records > 0) services.meters().housekeeping().deleted(records, Math.max(0, less));
        removed.removed(partition.id(), rule[0], start, partition.log().logStartOffset(), less);
    }

    /** The setting that takes away the oldest records, where one does. */
    private static String rule(HostedPartition partition, Moment now) throws IOException {
        TopicConfig config = partition.config();
        boolean both = config.retentionMs() >= 0 && config.retentionBytes() >= 0;
        boolean byAge = both ? partition.log().isOldestExpired(now) : config.retentionBytes() < 0;
        return byAge
                ? TopicConfigKey.RETENTION_MS.key() + " " + config.retentionMs()
                : TopicConfigKey.RETENTION_BYTES.key() + " " + config.retentionBytes();
    }

    /**
     * While nothing may be appended, no segment is filled, so that retention would wait for ever to delete the newest.
     */
    private void shrink(HostedPartition partition) throws IOException {
        LogShrink shrink = new LogShrink(services.files(), partition.log(), offset -> starts.move(partition, offset));
        long needed = shrink.neededBytes();
        if (needed < 0) return;
        if (needed > services.disk().freeBytes()
                && needed <= services.disk().freeBytes() + services.ballast().bytes())
            services.ballast().release();
        if (needed > services.disk().freeBytes())
            throw new IOException("No space left on device: retention.bytes needs " + needed
                    + " bytes to keep the newest records of the segment that is to go");
        long before = partition.log().sizeBytes();
        long start = partition.log().logStartOffset();
        if (!shrink.run(partition.highWatermark())) return;
        partition.tail().clearBelow(partition.log().logStartOffset());
        long less = before - partition.log().sizeBytes();
        String rule = TopicConfigKey.RETENTION_BYTES.key() + " "
                + partition.config().retentionBytes() + ", at once because the disk is full";
        services.meters().housekeeping().deleted(partition.log().logStartOffset() - start, Math.max(0, less));
        removed.removed(partition.id(), rule, start, partition.log().logStartOffset(), less);
        services.disk().measure();
    }

    /**
     * Forces the logs of topics that flush at an interval, where the interval is over.
     *
     * @throws IOException where a force failed: the shard must end
     */
    void flushDue(long elapsedMs) throws IOException {
        for (HostedPartition partition : partitions.forcedAtIntervals()) {
            if (partition.quarantine() != null) continue;
            if (elapsedMs - partition.lastFlushMs() < partition.config().flushIntervalMs()) continue;
            if (partition.log().durableOffset() < partition.log().logEndOffset())
                failures.attempt(FileOperation.FLUSHING, partition, partition.log()::flush);
            partition.flushedAt(elapsedMs);
        }
    }
}
