package io.letterbox.log.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.log.Flush;
import io.letterbox.log.LastStop;
import io.letterbox.log.LogConfig;
import io.letterbox.log.LogRecovery;
import io.letterbox.log.PartitionLog;
import io.letterbox.log.RecoveryPoints;
import io.letterbox.log.Segment;
import io.letterbox.log.TestLogs;
import io.letterbox.record.TopicIdPartition;
import io.letterbox.time.Moment;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

/** A log on a simulated machine, what is done with it at random, and the model of what may be in it then. */
class SimulatedLog {
    static final Path POINTS = Path.of("/data/meta/recovery-points");
    static final Path DIRECTORY = Path.of("/data/topics/t/0");
    static final TopicIdPartition PARTITION = new TopicIdPartition(new UUID(1, 2), 0);

    final Random random;
    final SimDisk disk;
    final LogModel model = new LogModel();
    final LogConfig config;
    PartitionLog log;
    long nowMs;
    int epoch;
    private int written;

    SimulatedLog(long seed) {
        random = new Random(seed);
        disk = new SimDisk(seed ^ 0x5eed);
        config = TestLogs.keeping(TestLogs.small(600 + random.nextInt(4000)), -1, -1);
    }

    /** Something that the machine may lack something for. */
    interface Step {
        void run() throws IOException;
    }

    /** Opens what is there, as a process does that starts. */
    PartitionLog recover(LastStop lastStop) throws IOException {
        long point = RecoveryPoints.read(disk, POINTS, name -> null).getOrDefault(PARTITION, 0L);
        LogRecovery.RecoveryResult outcome = LogRecovery.open(disk, DIRECTORY, config, point, lastStop);
        assertThat(outcome).as("%s", outcome).isInstanceOf(LogRecovery.Recovered.class);
        return ((LogRecovery.Recovered) outcome).log();
    }

    void append() throws IOException {
        String[] values = new String[1 + random.nextInt(4)];
        for (int index = 0; index < values.length; index++)
            values[index] = written++ + "-" + "x".repeat(random.nextInt(10) == 0 ? 900 : random.nextInt(60));
        long base = model.endOffset;
        // A crash may come after the write; a shortage means that nothing was written.
        for (int index = 0; index < values.length; index++) model.records.put(base + index, values[index]);
        model.endOffset += values.length;
        try {
            assertThat(log.append(TestLogs.batch(nowMs, values), epoch, nowMs).baseOffset())
                    .isEqualTo(base);
        } catch (IOException refused) {
            model.records.tailMap(base).clear();
            model.endOffset = base;
            assertThat(log.logEndOffset()).isEqualTo(base);
            throw refused;
        }
    }

    void flush() throws IOException {
        log.flush();
        model.flushedUpTo = log.durableOffset();
        assertThat(model.flushedUpTo).isEqualTo(model.endOffset);
    }

    /** @param meanwhile may be done while the checkpoint's forces are under way */
    void checkpoint(Step meanwhile) throws IOException {
        Flush flush = log.startCheckpoint(random.nextInt(4) == 0);
        if (random.nextBoolean()) meanwhile.run();
        if (flush != null) flush.force();
        model.flushedUpTo = Math.max(model.flushedUpTo, log.durableOffset());
        RecoveryPoints.write(disk, POINTS, Map.of(PARTITION, log.endCheckpoint()));
    }

    void deleteBefore() throws IOException {
        long span = model.flushedUpTo - log.logStartOffset();
        if (span <= 0) return;
        long to = log.logStartOffset() + 1 + (long) (random.nextDouble() * span * 0.4);
        model.startAtMost = Math.max(model.startAtMost, to);
        log.deleteRecordsBefore(to);
        startIs(to);
    }

    void retain() throws IOException {
        List<Segment> before = log.segments();
        log.configure(TestLogs.keeping(config, -1, log.sizeBytes() / 2));
        model.startAtMost =
                Math.max(model.startAtMost, before.get(before.size() - 1).baseOffset());
        try {
            TestLogs.retain(log, new Moment(nowMs, nowMs), model.flushedUpTo);
            startIs(log.logStartOffset());
        } finally {
            log.configure(config);
        }
    }

    void startIs(long offset) {
        model.startAtLeast = model.startAtMost = offset;
        model.records.headMap(offset).clear();
    }

    void compact() throws IOException {
        try {
            new SimCompaction(disk, random).compact(log, DIRECTORY, model);
        } catch (IOException lacking) {
            // The compaction did not happen: it has failed.
            model.doubtful.clear();
            throw lacking;
        }
    }
}
