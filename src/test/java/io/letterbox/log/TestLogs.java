package io.letterbox.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.disk.Disk;
import io.letterbox.record.BatchBuilder;
import io.letterbox.record.RecordCursor;
import io.letterbox.time.Moment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Small logs for tests. */
public final class TestLogs {
    private TestLogs() {}

    /** Settings under which a few kilobytes make several segments and index entries. */
    public static LogConfig small(int segmentBytes) {
        LogConfig usual = LogConfig.defaults();
        return new LogConfig(
                segmentBytes,
                usual.segmentMs(),
                usual.retentionMs(),
                usual.retentionBytes(),
                200,
                usual.compact(),
                usual.delete(),
                usual.minCompactionLagMs(),
                usual.maxCompactionLagMs(),
                usual.deleteRetentionMs(),
                usual.minCleanableDirtyRatio(),
                usual.producers());
    }

    /** The same settings with another retention. */
    public static LogConfig keeping(LogConfig config, long retentionMs, long retentionBytes) {
        return new LogConfig(
                config.segmentBytes(),
                config.segmentMs(),
                retentionMs,
                retentionBytes,
                config.indexIntervalBytes(),
                config.compact(),
                config.delete(),
                config.minCompactionLagMs(),
                config.maxCompactionLagMs(),
                config.deleteRetentionMs(),
                config.minCleanableDirtyRatio(),
                config.producers());
    }

    /** What a shard does with a log every few seconds. Returns the base offsets of the segments that went. */
    public static List<Long> retain(PartitionLog log, Moment now, long highWatermark) throws IOException {
        List<Segment> before = log.segments();
        log.deleteRecordsBefore(log.retainedFrom(now, highWatermark));
        log.maintain(now, highWatermark);
        log.deleteRecordsBefore(log.retainedFrom(now, highWatermark));
        long start = log.segments().get(0).baseOffset();
        return before.stream()
                .map(Segment::baseOffset)
                .filter(base -> base < start)
                .toList();
    }

    /** A batch whose records have these values and one timestamp. */
    public static ByteBuffer batch(long timestampMs, String... values) {
        BatchBuilder builder = new BatchBuilder(64);
        for (String value : values) {
            builder.append(timestampMs, null, value.getBytes(StandardCharsets.UTF_8), List.of());
        }
        return builder.build();
    }

    /** Opens a log that must be sound. */
    public static LogRecovery.Recovered open(Disk disk, Path directory, LogConfig config, long recoveryPoint)
            throws IOException {
        LogRecovery.RecoveryResult outcome = LogRecovery.open(disk, directory, config, recoveryPoint, LastStop.UNCLEAN);
        assertThat(outcome).isInstanceOf(LogRecovery.Recovered.class);
        return (LogRecovery.Recovered) outcome;
    }

    /** Every value from an offset on, as {@code offset=value}, read in pieces of so many bytes. */
    public static List<String> values(PartitionLog log, long fromOffset, int maxBytes) throws IOException {
        List<String> values = new ArrayList<>();
        long offset = fromOffset;
        while (offset < log.logEndOffset()) {
            LogRead read = log.read(offset, maxBytes, log.logEndOffset());
            RecordCursor cursor = new RecordCursor(read.batches(), offset);
            while (cursor.next()) {
                values.add(cursor.offset() + "=" + new String(cursor.value(), StandardCharsets.UTF_8));
            }
            assertThat(read.nextOffset()).isGreaterThan(offset);
            offset = read.nextOffset();
        }
        return values;
    }
}
