package io.letterbox.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.disk.ForceFailedException;
import io.letterbox.log.sim.LogModel;
import io.letterbox.log.sim.Seeds;
import io.letterbox.log.sim.SimCrash;
import io.letterbox.record.TopicPartition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real shard on a simulated machine with random shortages of space and descriptors, and with crashes, while it
 * appends, commits, checkpoints, makes and deletes topics. No partition may end, no acknowledged record may be lost,
 * and after the shortage everything is served and acknowledged.
 */
class ShardShortageSimTest {
    private static final int ROUNDS = 5;
    private static final int STEPS = 80;

    @TempDir
    Path temp;

    @Test
    void aShortageEndsNothingAndLosesNothing() throws Exception {
        int[] lacking = {0};
        try (DataDirectory directory = DataDirectory.open(temp)) {
            Seeds.forEach(ShardShortageSimTest.class, seed -> {
                Run run = new Run(seed, directory);
                run.all();
                lacking[0] += run.lacking;
            });
        }
        assertThat(lacking[0]).isPositive();
    }

    private interface Step {
        void run() throws IOException;
    }

    private static final class Run extends SimTopics {
        private int lacking;

        Run(long seed, DataDirectory directory) throws IOException {
            super(seed, directory);
        }

        void all() throws IOException {
            for (int round = 0; round < ROUNDS; round++) {
                open();
                if (random.nextInt(3) > 0) disk.stopBefore(1 + random.nextInt(300));
                disk.shortages(2 + random.nextInt(12));
                try {
                    for (int step = 0; step < STEPS; step++) attempt(this::step);
                    disk.shortages(0);
                    heal();
                } catch (SimCrash stop) {
                    // The simulated crash.
                } catch (ForceFailedException | UncheckedIOException failed) {
                    // A crash in another thread arrives as the cause of a failure.
                    if (!isStop(failed)) throw failed;
                }
                disk.shortages(0);
                noteAcknowledged();
                pending.clear();
                if (random.nextInt(3) > 0) disk.crash();
                else disk.kill();
            }
            open();
        }

        private void open() throws IOException {
            shard = new SimShard(disk, directory, 4096 * (2 + random.nextInt(12)));
            assertThat(shard.open(image())).isZero();
            for (Map.Entry<TopicPartition, LogModel> each : models.entrySet()) {
                assertThat(shard.get(each.getKey()).quarantine()).isNull();
                each.getValue().mustMatch(shard.get(each.getKey()).log(), 1 + random.nextInt(9000));
                each.getValue().flushedUpTo = each.getValue().endOffset;
            }
        }

        private void attempt(Step step) {
            try {
                step.run();
            } catch (IOException failed) {
                if (failed instanceof ForceFailedException) throw new UncheckedIOException(failed);
                lacking++;
            }
        }

        private static boolean isStop(Throwable failed) {
            for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
                if (cause instanceof SimCrash) return true;
            }
            return false;
        }

        private void step() throws IOException {
            nowMs += random.nextInt(1000);
            int what = random.nextInt(100);
            if (what < 50) append();
            else if (what < 70) commit();
            else if (what < 76) shard.beginCheckpoint();
            else if (what < 88) shard.step();
            else if (what < 92) remake();
            else shard.apply(image(), nowMs);
        }

        private void append() throws IOException {
            TopicPartition id = any();
            HostedPartition held = shard.get(id);
            if (held == null || held.isOffline() || !held.topicId().equals(topics.get(id.topic()))) return;
            assertThat(held.quarantine()).isNull();
            append(id);
        }

        private void commit() throws IOException {
            shard.commit(nowMs);
            noteAcknowledged();
        }

        private void remake() throws IOException {
            attempt(this::commit);
            make(random.nextBoolean() ? "a" : "b");
            shard.apply(image(), nowMs);
        }

        private void heal() throws IOException {
            shard.apply(image(), nowMs);
            for (int round = 0; round < 3; round++) {
                append();
                commit();
                shard.beginCheckpoint();
                for (int step = 0; step < 10; step++) shard.step();
            }
            assertThat(pending).isEmpty();
            for (Map.Entry<TopicPartition, LogModel> each : models.entrySet()) {
                assertThat(shard.get(each.getKey()).quarantine()).isNull();
                each.getValue().mustMatch(shard.get(each.getKey()).log(), 9000);
            }
        }
    }
}
