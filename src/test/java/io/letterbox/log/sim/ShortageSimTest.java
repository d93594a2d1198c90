package io.letterbox.log.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.log.Flush;
import io.letterbox.log.LastStop;
import io.letterbox.log.LogConfig;
import io.letterbox.log.LogRecovery;
import io.letterbox.log.LogShrink;
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
 * The real log on a simulated machine that lacks room and descriptors at random, and that stops at times: nothing but a
 * force may end the log, what was flushed is there, and when the shortage is over everything goes on.
 */
class ShortageSimTest {
    private static final Path META = Path.of("/data/meta/recovery-points");
    private static final Path DIRECTORY = Path.of("/data/topics/t/0");
    private static final TopicPartition PARTITION = new TopicPartition("t", 0);
    private static final int ROUNDS = 5;
    private static final int STEPS = 80;

    @Test
    void aShortageEndsNoLogAndLosesNothing() throws Exception {
        int[] failures = {0};
        Seeds.forEach(ShortageSimTest.class, seed -> {
            Run run = new Run(seed);
            run.all();
            failures[0] += run.failures;
        });
        // Or nothing was ever lacking.
        assertThat(failures[0]).isPositive();
    }

    private interface Step {
        void run() throws IOException;
    }

    private static final class Run {
        private final Random random;
        private final SimDisk disk;
        private final LogModel model = new LogModel();
        private final LogConfig config;
        private PartitionLog log;
        private long nowMs;
        private int written;
        private int failures;

        Run(long seed) {
            random = new Random(seed);
            disk = new SimDisk(seed ^ 0x5eed);
            config = TestLogs.keeping(TestLogs.small(600 + random.nextInt(4000)), -1, -1);
        }

        void all() throws IOException {
            for (int round = 0; round < ROUNDS; round++) {
                open();
                if (random.nextInt(3) > 0) disk.stopBefore(1 + random.nextInt(150));
                disk.shortages(2 + random.nextInt(12));
                try {
                    for (int step = 0; step < STEPS; step++) step();
                    disk.shortages(0);
                    everythingWorks();
                } catch (SimCrash stop) {
                    // As planned.
                }
                disk.shortages(0);
                if (random.nextInt(3) > 0) disk.crash();
                else disk.kill();
            }
            open();
        }

        private void open() throws IOException {
            disk.shortages(2 + random.nextInt(20));
            log = null;
            while (log == null) {
                try {
                    log = recover();
                } catch (IOException lacking) {
                    failures++;
                    disk.shortages(random.nextInt(20));
                }
            }
            disk.shortages(0);
            model.mustMatch(log, 1 + random.nextInt(3000));
            model.flushedUpTo = model.endOffset;
        }

        private PartitionLog recover() throws IOException {
            long point = RecoveryPoints.read(disk, META).getOrDefault(PARTITION, 0L);
            LogRecovery.Outcome outcome = LogRecovery.open(disk, DIRECTORY, config, point, LastStop.UNCLEAN);
            assertThat(outcome).as("%s", outcome).isInstanceOf(LogRecovery.Recovered.class);
            return ((LogRecovery.Recovered) outcome).log();
        }

        private void step() throws IOException {
            nowMs += random.nextInt(1000);
            int what = random.nextInt(100);
            if (what < 55) attempt(this::append);
            else if (what < 70) attempt(this::flush);
            else if (what < 80) attempt(this::checkpoint);
            else if (what < 85) attempt(this::deleteBefore);
            else if (what < 90) attempt(this::compact);
            else if (what < 93) attempt(this::shrink);
            else attempt(this::retain);
            assertThat(log.isPoisoned()).isFalse();
        }

        private void attempt(Step step) {
            try {
                step.run();
            } catch (IOException lacking) {
                failures++;
            }
        }

        private void everythingWorks() throws IOException {
            append();
            flush();
            checkpoint();
            retain();
            append();
            flush();
            model.mustMatch(log, 1000);
        }

        private void append() throws IOException {
            String[] values = new String[1 + random.nextInt(4)];
            for (int index = 0; index < values.length; index++)
                values[index] = written++ + "-" + "x".repeat(random.nextInt(10) == 0 ? 900 : random.nextInt(60));
            long base = model.endOffset;
            // A machine that stops may have written it, one that lacks something has not.
            for (int index = 0; index < values.length; index++) model.records.put(base + index, values[index]);
            model.endOffset += values.length;
            try {
                assertThat(log.append(TestLogs.batch(nowMs, values), 0, nowMs).baseOffset())
                        .isEqualTo(base);
            } catch (IOException refused) {
                model.records.tailMap(base).clear();
                model.endOffset = base;
                assertThat(log.logEndOffset()).isEqualTo(base);
                throw refused;
            }
        }

        private void flush() throws IOException {
            log.flush();
            model.flushedUpTo = log.durableOffset();
            assertThat(model.flushedUpTo).isEqualTo(model.endOffset);
        }

        private void checkpoint() throws IOException {
            Flush flush = log.startCheckpoint(random.nextInt(4) == 0);
            if (random.nextBoolean()) attempt(this::append);
            if (flush != null) flush.force();
            model.flushedUpTo = Math.max(model.flushedUpTo, log.durableOffset());
            RecoveryPoints.write(disk, META, Map.of(PARTITION, log.endCheckpoint()));
        }

        private void deleteBefore() throws IOException {
            long span = model.flushedUpTo - log.logStartOffset();
            if (span <= 0) return;
            long to = log.logStartOffset() + 1 + (long) (random.nextDouble() * span * 0.4);
            model.startAtMost = Math.max(model.startAtMost, to);
            log.deleteRecordsBefore(to);
            startIs(to);
        }

        private void startIs(long offset) {
            model.startAtLeast = model.startAtMost = offset;
            model.records.headMap(offset).clear();
        }

        private void compact() throws IOException {
            try {
                new SimCompaction(disk, random).compact(log, DIRECTORY, model);
            } catch (IOException lacking) {
                // It did not take place, or the log would have said nothing.
                model.doubtful.clear();
                throw lacking;
            }
        }

        private void shrink() throws IOException {
            log.configure(TestLogs.keeping(config, -1, random.nextInt(500)));
            model.startAtMost = Math.max(model.startAtMost, model.flushedUpTo);
            try {
                if (new LogShrink(disk, log).run(model.flushedUpTo)) startIs(log.logStartOffset());
            } finally {
                log.configure(config);
            }
        }

        private void retain() throws IOException {
            List<Segment> before = log.segments();
            log.configure(TestLogs.keeping(config, -1, log.sizeBytes() / 2));
            model.startAtMost =
                    Math.max(model.startAtMost, before.get(before.size() - 1).baseOffset());
            try {
                log.applyRetention(new Moment(nowMs, nowMs), model.flushedUpTo);
                startIs(log.logStartOffset());
            } finally {
                log.configure(config);
            }
        }
    }
}
