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

/**
 * The periodic work of a shard: retention, rolling by age, compaction, flushing at intervals. Owned by the shard's
 * thread.
 */
final class Housekeeping {
    /** How long one slice of a round may take. The rest of the round is queued behind the appends that wait by then. */
    private static final long SLICE_NANOS = 2_000_000;

    /** Periodic work of a shard, which may fail with an error of the disk. */
    @FunctionalInterface
    interface DiskTask {
        void run() throws IOException;
    }

    private final PartitionTable partitions;
    private final ShardCompaction compaction;
    private final ShardFailures failures;
    private final LogStarts starts;
    private final StorageServices services;

    /** What this round has removed so far. */
    private RetentionTally removed = new RetentionTally();

    /** The longest wait for a transaction that this round has found so far. */
    private long longestWaitMs;

    Housekeeping(
            StorageServices services,
            PartitionTable partitions,
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
     * Applies retention, rolls by age, and starts compactions, for as many partitions as one slice allows: appends must
     * not wait for a round over very many partitions.
     *
     * @param round iterator over the round's partitions; the call goes on where the last one ended
     * @return false if the round is over
     * @throws IOException if a force failed: the shard must end
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

    /**
     * Logs the round's removals, one line per topic, although a topic's partitions may be spread over several slices.
     */
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
            // Deletion comes first because it frees space, which rolling may need.
            starts.move(partition, log.retainedFrom(now, partition.highWatermark()));
            log.maintain(now, partition.highWatermark());
            starts.move(partition, log.retainedFrom(now, partition.highWatermark()));
        });
        if (rule[0] == null || partition.quarantine() != null) return;
        long less = bytes - partition.log().sizeBytes();
        // Counted after a failed run, too: it may have deleted some segments.
        long records = partition.log().logStartOffset() - start;
        if (records > 0) services.meters().housekeeping().deleted(records, Math.max(0, less));
        removed.removed(partition.id(), rule[0], start, partition.log().logStartOffset(), less);
    }

    /** The setting by which the oldest records would be removed now. */
    private static String rule(HostedPartition partition, Moment now) throws IOException {
        TopicConfig config = partition.config();
        boolean both = config.retentionMs() >= 0 && config.retentionBytes() >= 0;
        boolean byAge = both ? partition.log().isOldestExpired(now) : config.retentionBytes() < 0;
        return byAge
                ? TopicConfigKey.RETENTION_MS.key() + " " + config.retentionMs()
                : TopicConfigKey.RETENTION_BYTES.key() + " " + config.retentionBytes();
    }

    /**
     * Removes records from the active segment by retention.bytes. While the disk is full nothing is appended, so that
     * segment never fills up, and retention, which deletes whole segments, would never free its space.
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
     * Forces the logs of topics that flush at an interval, if the interval is over.
     *
     * @throws IOException if a force failed: the shard must end
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
