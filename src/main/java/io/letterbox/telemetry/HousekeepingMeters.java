package io.letterbox.telemetry;

import io.letterbox.record.TopicPartition;
import io.prometheus.metrics.core.metrics.Counter;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/** Whether retention and compaction come round, and what they take away. Any thread. */
public final class HousekeepingMeters {
    private static final double NANOS_PER_SECOND = 1e9;

    private final LongSupplier nanoTime;
    private final Counter deletedRecords;
    private final Counter deletedBytes;

    /** When each shard went through all its partitions last. */
    private final Map<Integer, Long> passes = new ConcurrentHashMap<>();

    /** How long a transaction has kept readers waiting, at the last pass of each shard. */
    private final Map<Integer, Long> waitsMs = new ConcurrentHashMap<>();

    /** Since when each partition is being compacted. */
    private final Map<TopicPartition, Long> compactions = new ConcurrentHashMap<>();

    /** Those whose last compaction did not get through. */
    private final Set<TopicPartition> uncompacted = ConcurrentHashMap.newKeySet();

    HousekeepingMeters(Meters meters, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        deletedRecords = meters.counter(
                "letterbox_retention_deleted_records",
                "Records that retention took away, those of deleted topics not counted.");
        deletedBytes = meters.counter("letterbox_retention_deleted_bytes", "Bytes of log that retention took away.");
        meters.bindGauge(
                "letterbox_housekeeping_age_seconds",
                "Time since the shard that is furthest behind went through its partitions for retention and compaction.",
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
                "For how long a transaction has kept readers of committed records at one offset; the longest, as of the last"
                        + " look.",
                () -> waitsMs.values().stream().mapToLong(Long::longValue).max().orElse(0) / 1000.0);
    }

    private double age(Collection<Long> beginnings) {
        long now = nanoTime.getAsLong();
        return beginnings.stream().mapToLong(began -> now - began).max().orElse(0) / NANOS_PER_SECOND;
    }

    /** A shard begins to keep house. */
    public void begun(int shard) {
        passes.put(shard, nanoTime.getAsLong());
    }

    /** A shard does not keep house any more, because it is closed. */
    public void ended(int shard) {
        passes.remove(shard);
        waitsMs.remove(shard);
    }

    /**
     * A shard has gone through all its partitions.
     *
     * @param longestWaitMs for how long a transaction has kept readers of one of them waiting; 0 where none does
     */
    public void passed(int shard, long longestWaitMs) {
        passes.put(shard, nanoTime.getAsLong());
        waitsMs.put(shard, longestWaitMs);
    }

    /**
     * Retention took something away.
     *
     * @param records by their offsets, so those that compaction had dropped count, too
     */
    public void deleted(long records, long bytes) {
        deletedRecords.inc(records);
        deletedBytes.inc(bytes);
    }

    /** A partition is due for compaction, which comes when those before it are through. */
    public void compactionBegan(TopicPartition partition) {
        compactions.put(partition, nanoTime.getAsLong());
    }

    /**
     * A compaction is over.
     *
     * @param through whether it got through; else it is tried again, and mostly fails again
     */
    public void compactionEnded(TopicPartition partition, boolean through) {
        compactions.remove(partition);
        if (through) uncompacted.remove(partition);
        else uncompacted.add(partition);
    }

    /** A partition goes away. */
    public void forget(TopicPartition partition) {
        compactions.remove(partition);
        uncompacted.remove(partition);
    }
}
