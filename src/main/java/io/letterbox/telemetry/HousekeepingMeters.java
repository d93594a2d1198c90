package io.letterbox.telemetry;

import io.letterbox.record.TopicPartition;
import io.prometheus.metrics.core.metrics.Counter;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/** The meters of retention and compaction: whether they make progress, and what they delete. Any thread. */
public final class HousekeepingMeters {
    private static final double NANOS_PER_SECOND = 1e9;

    private final LongSupplier nanoTime;
    private final Counter deletedRecords;
    private final Counter deletedBytes;

    /** The time at which each shard last finished a pass over all its partitions. */
    private final Map<Integer, Long> passes = new ConcurrentHashMap<>();

    /** How long an open transaction has held readers back, at the last pass of each shard. */
    private final Map<Integer, Long> waitsMs = new ConcurrentHashMap<>();

    /** The time since which each partition is being compacted. */
    private final Map<TopicPartition, Long> compactions = new ConcurrentHashMap<>();

    /** The partitions whose last compaction failed. */
    private final Set<TopicPartition> uncompacted = ConcurrentHashMap.newKeySet();

    HousekeepingMeters(Meters meters, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        deletedRecords = meters.counter(
                "letterbox_retention_deleted_records",
                "Records that retention took away, those of deleted topics not counted.");
        deletedBytes = meters.counter("letterbox_retention_deleted_bytes", "Bytes of log that retention took away.");
        meters.bindGauge(
                "letterbox_housekeeping_age_seconds",
                "Time since the shard that is furthest behind went through its partitions for retention and"
                        + " compaction.",
                () -> age(passes.values()));
        meters.bindGauge(
                "letterbox_compaction_age_seconds",
                "For how long the compaction that was due first has been waiting or running; 0 where none is.",
                () -> age(compactions.values()));
        meters.bindGauge(
                "letterbox_uncompacted_partitions",
                "Partitions whose last compaction did not get through; the log says why.",
                uncompacted::size);
        meters.bindGauge(
                "letterbox_open_transaction_seconds",
                "For how long a transaction has kept readers of committed records at one offset; the longest, as of the"
                        + " last look.",
                () -> waitsMs.values().stream().mapToLong(Long::longValue).max().orElse(0) / 1000.0);
    }

    private double age(Collection<Long> beginnings) {
        long now = nanoTime.getAsLong();
        return beginnings.stream().mapToLong(began -> now - began).max().orElse(0) / NANOS_PER_SECOND;
    }

    /** A shard has started its housekeeping. */
    public void started(int shard) {
        passes.put(shard, nanoTime.getAsLong());
    }

    /** A shard has stopped its housekeeping, because it is closed. */
    public void stopped(int shard) {
        passes.remove(shard);
        waitsMs.remove(shard);
    }

    /**
     * A shard has finished a pass over all its partitions.
     *
     * @param longestWaitMs the longest time for which an open transaction has held readers of one of them back; 0 if
     *     none does
     */
    public void passFinished(int shard, long longestWaitMs) {
        passes.put(shard, nanoTime.getAsLong());
        waitsMs.put(shard, longestWaitMs);
    }

    /**
     * Retention has deleted records.
     *
     * @param records by their offsets, so those that compaction had removed count, too
     */
    public void deleted(long records, long bytes) {
        deletedRecords.inc(records);
        deletedBytes.inc(bytes);
    }

    /** A partition is due for compaction, which begins when those before it are done. */
    public void compactionBegan(TopicPartition partition) {
        compactions.put(partition, nanoTime.getAsLong());
    }

    /**
     * A compaction has ended.
     *
     * @param through whether it succeeded; else it is tried again, and mostly fails again
     */
    public void compactionEnded(TopicPartition partition, boolean through) {
        compactions.remove(partition);
        if (through) uncompacted.remove(partition);
        else uncompacted.add(partition);
    }

    /** Removes a partition. */
    public void forget(TopicPartition partition) {
        compactions.remove(partition);
        uncompacted.remove(partition);
    }
}
