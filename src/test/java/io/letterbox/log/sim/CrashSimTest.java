package io.letterbox.log.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.log.CleanShutdown;
import io.letterbox.log.Flush;
import io.letterbox.log.LastStop;
import io.letterbox.log.LogConfig;
import io.letterbox.log.LogRecovery;
import io.letterbox.log.PartitionLog;
import io.letterbox.log.RecoveryPoints;
import io.letterbox.log.Segment;
import io.letterbox.log.TestLogs;
import io.letterbox.record.TopicPartition;
import io.letterbox.time.Moment;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * The real log on the simulated disk: random work, the machine stops before a random operation, and what is there
 * afterwards must be every flushed record, once, in order, and of the others an unbroken beginning.
 */
class CrashSimTest {
    private static final Path META = Path.of("/data/meta/recovery-points");
    private static final Path MARKER = Path.of("/data/meta/clean-shutdown");
    private static final Path DIRECTORY = Path.of("/data/topics/t/0");
    private static final TopicPartition PARTITION = new TopicPartition("t", 0);
    private static final int ROUNDS = 6;
    private static final int STEPS = 60;

    @Test
    void everyFlushedRecordSurvivesEveryCrash() throws Exception {
        Seeds.forEach(CrashSimTest.class, seed -> new Run(seed).all());
    }

    private static final class Run {
        private final Random random;
        private final SimDisk disk;
        private final LogModel model = new LogModel();
        private final LogConfig config;
        private PartitionLog log;
        private long nowMs;
        private int epoch;
        private int written;

        Run(long seed) {
            random = new Random(seed);
            disk = new SimDisk(seed ^ 0x5eed);
            config = TestLogs.keeping(TestLogs.small(600 + random.nextInt(4000)), -1, -1);
        }

        void all() throws IOException {
            for (int round = 0; round < ROUNDS; round++) {
                open();
                if (random.nextInt(4) > 0) disk.stopBefore(1 + random.nextInt(120));
                try {
                    work();
                } catch (SimCrash stop) {
                    // As planned.
                }
                if (random.nextInt(3) > 0) disk.crash();
                else disk.kill();
            }
            open();
        }

        private void open() throws IOException {
            // A stop while recovering must do no harm either.
            if (random.nextInt(3) == 0) {
                disk.stopBefore(1 + random.nextInt(10));
                try {
                    recover();
                } catch (SimCrash stop) {
                    disk.crash();
                }
                disk.stopBefore(Integer.MAX_VALUE);
                disk.kill();
            }
            log = recover();
            model.mustMatch(log, 1 + random.nextInt(3000));
            model.flushedUpTo = model.endOffset;
            epoch += random.nextInt(2);
        }

        private PartitionLog recover() throws IOException {
            boolean clean = CleanShutdown.take(disk, MARKER);
            long recoveryPoint = RecoveryPoints.read(disk, META).getOrDefault(PARTITION, 0L);
            LogRecovery.Outcome outcome =
                    LogRecovery.open(disk, DIRECTORY, config, recoveryPoint, clean ? LastStop.CLEAN : LastStop.UNCLEAN);
            assertThat(outcome).isInstanceOf(LogRecovery.Recovered.class);
            return ((LogRecovery.Recovered) outcome).log();
        }

        private void work() throws IOException {
            for (int step = 0; step < STEPS; step++) {
                nowMs += random.nextInt(1000);
                int what = random.nextInt(100);
                if (what < 60) append();
                else if (what < 80) flush();
                else if (what < 86) checkpoint();
                else if (what < 89) deleteBefore();
                else if (what < 92) truncate();
                else if (what < 95) compact();
                else if (what < 97) retain();
                else if (what < 99) model.mustMatch(log, 1 + random.nextInt(3000));
                else restartCleanly();
            }
        }

        private void append() throws IOException {
            String[] values = new String[1 + random.nextInt(4)];
            for (int index = 0; index < values.length; index++) {
                values[index] = written++ + "-" + "x".repeat(random.nextInt(10) == 0 ? 900 : random.nextInt(60));
                model.records.put(model.endOffset + index, values[index]);
            }
            long base = model.endOffset;
            model.endOffset += values.length;
            assertThat(log.append(TestLogs.batch(nowMs, values), epoch, nowMs).baseOffset())
                    .isEqualTo(base);
        }

        private void flush() throws IOException {
            log.flush();
            model.flushedUpTo = log.durableOffset();
            assertThat(model.flushedUpTo).isEqualTo(model.endOffset);
        }

        private void checkpoint() throws IOException {
            Flush flush = log.startCheckpoint(random.nextInt(4) == 0);
            if (random.nextBoolean()) append();
            if (flush != null) flush.force();
            model.flushedUpTo = log.durableOffset();
            RecoveryPoints.write(disk, META, Map.of(PARTITION, log.endCheckpoint()));
        }

        private void deleteBefore() throws IOException {
            long span = model.flushedUpTo - log.logStartOffset();
            if (span <= 0) return;
            model.startAtMost = log.logStartOffset() + 1 + (long) (random.nextDouble() * span * 0.4);
            log.deleteRecordsBefore(model.startAtMost);
            model.startAtLeast = model.startAtMost;
            model.records.headMap(model.startAtLeast).clear();
        }

        private void truncate() throws IOException {
            long to =
                    Math.max(model.endOffset - random.nextInt(20), Math.max(log.logStartOffset(), log.compactedUpTo()));
            if (to >= model.endOffset) return;
            // The batch that holds the offset goes as a whole; no batch of ours has more than four records.
            RecoveryPoints.write(disk, META, Map.of(PARTITION, Math.max(0, Math.min(to - 4, log.endCheckpoint()))));
            model.flushedUpTo = Math.min(model.flushedUpTo, Math.max(0, to - 4));
            model.startAtLeast = Math.max(0, Math.min(model.startAtLeast, to - 4));
            log.truncateTo(to);
            model.records.tailMap(log.logEndOffset()).clear();
            model.endOffset = log.logEndOffset();
            model.flushedUpTo = Math.min(model.flushedUpTo, model.endOffset);
            model.startAtLeast = model.startAtMost = log.logStartOffset();
        }

        private void retain() throws IOException {
            List<Segment> before = log.segments();
            log.configure(TestLogs.keeping(config, -1, log.sizeBytes() / 2));
            model.startAtMost =
                    Math.max(model.startAtMost, before.get(before.size() - 1).baseOffset());
            log.applyRetention(new Moment(nowMs, nowMs), model.flushedUpTo);
            log.configure(config);
            model.startAtLeast = model.startAtMost = log.logStartOffset();
            model.records.headMap(model.startAtLeast).clear();
        }

        private void compact() throws IOException {
            new SimCompaction(disk, random).compact(log, DIRECTORY, model);
        }

        private void restartCleanly() throws IOException {
            log.close();
            model.flushedUpTo = model.endOffset;
            RecoveryPoints.write(disk, META, Map.of(PARTITION, log.forcedOffset()));
            CleanShutdown.mark(disk, MARKER);
            disk.crash();
            log = recover();
            model.mustMatch(log, 1000);
        }
    }
}
