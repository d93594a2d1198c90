package io.letterbox.log;

import io.letterbox.log.producers.ProducerLimits;

/**
 * The settings of one partition's log.
 *
 * @param segmentBytes a segment is rolled before it would grow beyond this
 * @param segmentMs a segment is rolled when its first record is older than this
 * @param retentionMs closed segments whose newest record is older go; -1 keeps them
 * @param retentionBytes the oldest closed segments go while the log without them is at least this large; -1 keeps them
 * @param indexIntervalBytes the number of bytes in the log between two index entries, at least
 * @param compact whether only the newest record of each key is kept
 * @param delete whether retention applies
 * @param minCompactionLagMs records younger than this are not compacted
 * @param maxCompactionLagMs records older than this make the log due for compaction
 * @param deleteRetentionMs how long a tombstone stays after it has been compacted
 * @param minCleanableDirtyRatio the share of uncompacted bytes that makes the log due, 0 to 1
 * @param producers how long and how many producers the log remembers; not changed while it is open
 */
public record LogConfig(
        int segmentBytes,
        long segmentMs,
        long retentionMs,
        long retentionBytes,
        int indexIntervalBytes,
        boolean compact,
        boolean delete,
        long minCompactionLagMs,
        long maxCompactionLagMs,
        long deleteRetentionMs,
        double minCleanableDirtyRatio,
        ProducerLimits producers) {

    /** Kafka's defaults: 1 GiB or seven days a segment, seven days' retention, an index entry every 4 KiB. */
    public static LogConfig defaults() {
        return new LogConfig(
                1 << 30,
                604_800_000L,
                604_800_000L,
                -1,
                4096,
                false,
                true,
                0,
                Long.MAX_VALUE,
                86_400_000L,
                0.5,
                ProducerLimits.defaults());
    }
}
