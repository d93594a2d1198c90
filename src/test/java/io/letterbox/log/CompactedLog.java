package io.letterbox.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.disk.Disk;
import io.letterbox.log.compaction.CompactionPlan;
import io.letterbox.log.compaction.Compactor;
import io.letterbox.log.producers.ProducerLimits;
import io.letterbox.record.BatchBuilder;
import io.letterbox.record.BatchRules;
import io.letterbox.record.Codec;
import io.letterbox.record.Recompression;
import io.letterbox.record.RecordCursor;
import io.letterbox.time.Moment;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A log and its compactor, with records written as {@code key=value}; {@code key=-} is a tombstone, {@code =v} keyless.
 */
public final class CompactedLog implements Closeable {
    public long nowMs = 1_000_000;
    public long highWatermark = Long.MAX_VALUE;

    /** The codec of the next appends. */
    public Codec codec = Codec.NONE;

    private final Disk disk;
    private final Path directory;
    private LogConfig config;
    private int mapBytes = 1 << 20;
    private PartitionLog log;
    private Compactor compactor;

    public CompactedLog(Disk disk, Path directory, LogConfig config) throws IOException {
        this.disk = disk;
        this.directory = directory;
        this.config = config;
        open(0, true);
    }

    public static LogConfig config(double minDirtyRatio, long minLagMs, long deleteRetentionMs) {
        return config(minDirtyRatio, minLagMs, deleteRetentionMs, 1 << 20);
    }

    public static LogConfig config(double minDirtyRatio, long minLagMs, long deleteRetentionMs, int segmentBytes) {
        return new LogConfig(
                segmentBytes,
                600_000_000L,
                -1,
                -1,
                100,
                true,
                false,
                minLagMs,
                Long.MAX_VALUE,
                deleteRetentionMs,
                minDirtyRatio,
                ProducerLimits.defaults());
    }

    private void open(long recoveryPoint, boolean clean) throws IOException {
        LogRecovery.RecoveryResult outcome =
                LogRecovery.open(disk, directory, config, recoveryPoint, clean ? LastStop.CLEAN : LastStop.UNCLEAN);
        assertThat(outcome).isInstanceOf(LogRecovery.Recovered.class);
        log = ((LogRecovery.Recovered) outcome).log();
        compactor = new Compactor(disk, log, mapBytes);
    }

    public PartitionLog log() {
        return log;
    }

    public Compactor compactor() {
        return compactor;
    }

    public void configure(LogConfig other) {
        config = other;
        log.configure(other);
    }

    public void mapBytes(int bytes) {
        mapBytes = bytes;
        compactor = new Compactor(disk, log, mapBytes);
    }

    public void append(String... records) throws IOException {
        BatchBuilder builder = new BatchBuilder(200);
        for (String record : records) {
            int split = record.indexOf('=');
            String value = record.substring(split + 1);
            builder.append(
                    nowMs,
                    split == 0 ? null : record.substring(0, split).getBytes(StandardCharsets.UTF_8),
                    value.equals("-") ? null : value.getBytes(StandardCharsets.UTF_8),
                    List.of());
        }
        BatchRules rules = new BatchRules(
                false, false, Long.MAX_VALUE, Long.MAX_VALUE, codec, Codec.DEFAULT_LEVEL, Integer.MAX_VALUE);
        log.append(Recompression.whole(builder.build(), rules), 0, nowMs);
        log.flush();
    }

    /** Closes the active segment, whatever its size. */
    public void roll() throws IOException {
        LogConfig normal = config;
        log.configure(new LogConfig(
                normal.segmentBytes(),
                -1,
                -1,
                -1,
                100,
                true,
                false,
                0,
                Long.MAX_VALUE,
                0,
                normal.minCleanableDirtyRatio(),
                normal.producers()));
        TestLogs.retain(log, new Moment(nowMs, nowMs), 0);
        log.configure(normal);
    }

    /** Runs compaction once; false if it was not due. */
    public boolean compact() throws IOException {
        CompactionPlan plan = compactor.plan(nowMs, Math.min(highWatermark, log.durableOffset()));
        if (plan == null) return false;
        try {
            compactor.install(compactor.clean(plan, () -> false));
        } catch (IOException failed) {
            compactor.abandon();
            throw failed;
        }
        return true;
    }

    /** All records as {@code offset key=value}. */
    public List<String> records() throws IOException {
        List<String> result = new ArrayList<>();
        long offset = log.logStartOffset();
        while (offset < log.logEndOffset()) {
            LogRead read = log.read(offset, 300, log.logEndOffset());
            RecordCursor record = new RecordCursor(read.batches(), offset);
            while (record.next()) {
                String key = record.keyLength() < 0 ? "" : new String(record.key(), StandardCharsets.UTF_8);
                String value = record.valueLength() < 0 ? "-" : new String(record.value(), StandardCharsets.UTF_8);
                result.add(record.offset() + " " + key + "=" + value);
            }
            assertThat(read.nextOffset()).isGreaterThan(offset);
            offset = read.nextOffset();
        }
        return result;
    }

    public List<String> fileNames() throws IOException {
        return disk.list(directory);
    }

    public void reopen() throws IOException {
        long recoveryPoint = log.logEndOffset();
        log.close();
        open(recoveryPoint, true);
    }

    /** Opens the log after a crash of the disk, without closing it before. */
    public void recover(long recoveryPoint) throws IOException {
        open(recoveryPoint, false);
    }

    @Override
    public void close() throws IOException {
        log.close();
    }
}
