package io.letterbox.log.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.log.LastStop;
import io.letterbox.log.LogShrink;
import io.letterbox.log.TestLogs;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/**
 * The real log on a simulated machine with random shortages of space and descriptors, and with crashes. Only a failed
 * force may end the log, flushed records must be there, and after the shortage everything goes on.
 */
class ShortageSimTest {
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
        // Checks that there were shortages.
        assertThat(failures[0]).isPositive();
    }

    private static final class Run extends SimulatedLog {
        private int failures;

        Run(long seed) {
            super(seed);
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
                    // The simulated crash.
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
                    log = recover(LastStop.UNCLEAN);
                } catch (IOException lacking) {
                    failures++;
                    disk.shortages(random.nextInt(20));
                }
            }
            disk.shortages(0);
            model.mustMatch(log, 1 + random.nextInt(3000));
            model.flushedUpTo = model.endOffset;
        }

        private void step() throws IOException {
            nowMs += random.nextInt(1000);
            int what = random.nextInt(100);
            if (what < 55) attempt(this::append);
            else if (what < 70) attempt(this::flush);
            else if (what < 80) attempt(() -> checkpoint(() -> attempt(this::append)));
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
            checkpoint(this::append);
            retain();
            append();
            flush();
            model.mustMatch(log, 1000);
        }

        private void shrink() throws IOException {
            log.configure(TestLogs.keeping(config, -1, random.nextInt(500)));
            model.startAtMost = Math.max(model.startAtMost, model.flushedUpTo);
            try {
                if (new LogShrink(disk, log, log::deleteRecordsBefore).run(model.flushedUpTo))
                    startIs(log.logStartOffset());
            } finally {
                log.configure(config);
            }
        }
    }
}
