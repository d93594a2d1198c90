package io.letterbox.log.sim;

import io.letterbox.log.CleanShutdown;
import io.letterbox.log.LastStop;
import io.letterbox.log.PartitionLog;
import io.letterbox.log.RecoveryPoints;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The real log on the simulated disk. Random work; the machine stops before a random operation. Afterwards the log must
 * hold every flushed record once and in order, and of the others a prefix.
 */
class CrashSimTest {
    private static final Path MARKER = Path.of("/data/meta/clean-shutdown");
    private static final int ROUNDS = 6;
    private static final int STEPS = 60;

    @Test
    void everyFlushedRecordSurvivesEveryCrash() throws Exception {
        Seeds.forEach(CrashSimTest.class, seed -> new Run(seed).all());
    }

    private static final class Run extends SimulatedLog {
        Run(long seed) {
            super(seed);
        }

        void all() throws IOException {
            for (int round = 0; round < ROUNDS; round++) {
                open();
                if (random.nextInt(4) > 0) disk.stopBefore(1 + random.nextInt(120));
                try {
                    work();
                } catch (SimCrash stop) {
                    // The simulated crash.
                }
                if (random.nextInt(3) > 0) disk.crash();
                else disk.kill();
            }
            open();
        }

        private void open() throws IOException {
            // A crash during recovery must not lose records either.
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
            return recover(CleanShutdown.removeMark(disk, MARKER) ? LastStop.CLEAN : LastStop.UNCLEAN);
        }

        private void work() throws IOException {
            for (int step = 0; step < STEPS; step++) {
                nowMs += random.nextInt(1000);
                int what = random.nextInt(100);
                if (what < 60) append();
                else if (what < 80) flush();
                else if (what < 86) checkpoint(this::append);
                else if (what < 89) deleteBefore();
                else if (what < 92) truncate();
                else if (what < 95) compact();
                else if (what < 97) retain();
                else if (what < 99) model.mustMatch(log, 1 + random.nextInt(3000));
                else restartCleanly();
            }
        }

        private void truncate() throws IOException {
            long to =
                    Math.max(model.endOffset - random.nextInt(20), Math.max(log.logStartOffset(), log.compactedUpTo()));
            if (to >= model.endOffset) return;
            // Truncation removes the whole batch that holds the offset; batches here have at most four records.
            RecoveryPoints.write(disk, POINTS, Map.of(PARTITION, Math.max(0, Math.min(to - 4, log.endCheckpoint()))));
            model.flushedUpTo = Math.min(model.flushedUpTo, Math.max(0, to - 4));
            model.startAtLeast = Math.max(0, Math.min(model.startAtLeast, to - 4));
            log.truncateTo(to);
            model.records.tailMap(log.logEndOffset()).clear();
            model.endOffset = log.logEndOffset();
            model.flushedUpTo = Math.min(model.flushedUpTo, model.endOffset);
            model.startAtLeast = model.startAtMost = log.logStartOffset();
        }

        private void restartCleanly() throws IOException {
            log.close();
            model.flushedUpTo = model.endOffset;
            RecoveryPoints.write(disk, POINTS, Map.of(PARTITION, log.forcedOffset()));
            CleanShutdown.mark(disk, MARKER);
            disk.crash();
            log = recover();
            model.mustMatch(log, 1000);
        }
    }
}
