package io.letterbox.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.log.PartitionLog;
import io.letterbox.log.Segment;
import io.letterbox.log.TestLogs;
import io.letterbox.log.sim.LogModel;
import io.letterbox.log.sim.Seeds;
import io.letterbox.log.sim.SimCompaction;
import io.letterbox.log.sim.SimCrash;
import io.letterbox.record.TopicPartition;
import io.letterbox.time.Moment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real shard's group commits, write-ahead log and checkpoints on the simulated disk. Random work on several
 * partitions; the machine stops before a random operation, or a force fails. Afterwards the logs must hold every
 * acknowledged record once and in order, and of the others a prefix.
 */
class ShardCrashSimTest {
    private static final int ROUNDS = 6;
    private static final int STEPS = 80;

    @TempDir
    Path temp;

    @Test
    void everyAcknowledgedRecordSurvivesEveryCrash() throws Exception {
        long[] restored = {0};
        long[] foretold = {0};
        try (DataDirectory directory = DataDirectory.open(temp)) {
            Seeds.forEach(ShardCrashSimTest.class, seed -> {
                Run run = new Run(seed, directory);
                run.all();
                restored[0] += run.restored;
                foretold[0] += run.foretold;
            });
        }
        if (Long.getLong("letterbox.simSeed") != null) return;
        // Checks that some crash lost batches that the write-ahead log had to restore.
        assertThat(restored[0]).isPositive();
        assertThat(foretold[0]).isPositive();
    }

    private static final class Run extends SimTopics {
        private final int walBytes;
        private long restored;
        private long foretold;
        private boolean mayFail;

        Run(long seed, DataDirectory directory) throws IOException {
            super(seed, directory);
            this.walBytes = 4096 * (2 + random.nextInt(12));
        }

        void all() throws IOException {
            for (int round = 0; round < ROUNDS; round++) {
                open();
                if (random.nextInt(4) > 0) disk.stopBefore(1 + random.nextInt(250));
                mayFail = random.nextInt(3) == 0;
                if (mayFail) disk.failForce(1 + random.nextInt(60));
                try {
                    work();
                } catch (SimCrash stop) {
                    // The simulated crash or failure.
                } catch (IOException | UncheckedIOException failed) {
                    endShard(failed);
                }
                noteAcknowledged();
                pending.clear();
                stop();
            }
            open();
        }

        /** Stops. A kill between a failed force and its note is left out: no server can survive that. */
        private void stop() {
            boolean noted = disk.exists(directory.layout().forceFailed());
            if (random.nextInt(3) > 0 || disk.hasForceFailed() && !noted) disk.crash();
            else disk.kill();
        }

        private void endShard(Exception failed) {
            // A crash in another thread arrives as the cause of a failure.
            for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
                if (cause instanceof SimCrash) return;
            }
            assertThat(mayFail).as("%s", failed).isTrue();
            try {
                shard.fail();
            } catch (SimCrash stop) {
                // The simulated crash came while the shard handled the failure.
            }
        }

        private void open() throws IOException {
            // A crash during recovery must not lose records either.
            if (random.nextInt(3) == 0) {
                disk.stopBefore(1 + random.nextInt(40));
                try {
                    start();
                } catch (SimCrash stop) {
                    if (random.nextBoolean()) disk.crash();
                }
                disk.kill();
            }
            start();
            for (Map.Entry<TopicPartition, LogModel> each : models.entrySet()) {
                LogModel model = each.getValue();
                model.mustMatch(shard.get(each.getKey()).log(), 1 + random.nextInt(9000));
                model.flushedUpTo = model.endOffset;
            }
        }

        private void start() throws IOException {
            Inspection before = new Inspection(disk, directory, topics);
            shard = new SimShard(disk, directory, walBytes);
            int kept = shard.open(image());
            for (TopicPartition id : models.keySet()) {
                assertThat(shard.get(id).quarantine()).isNull();
            }
            assertThat(kept).isZero();
            assertThat(shard.defects()).isEmpty();
            restored += shard.batchesRestored();
            for (TopicPartition id : models.keySet()) {
                if (before.mustForetell(id, shard.get(id).log())) foretold++;
            }
        }

        private void work() throws IOException {
            for (int step = 0; step < STEPS; step++) {
                nowMs += random.nextInt(1000);
                int what = random.nextInt(100);
                if (what < 50) append(any());
                else if (what < 72) commit();
                else if (what < 76) shard.beginCheckpoint();
                else if (what < 84) shard.step();
                else if (what < 88) deleteBefore();
                else if (what < 89) retain();
                else if (what < 91) compact();
                else if (what < 92) cut();
                else if (what < 93) reconfigure();
                else if (what < 95) remake();
                else if (what < 99) match();
                else restartCleanly();
            }
        }

        private void commit() throws IOException {
            shard.commit(nowMs);
            assertThat(pending).allMatch(append -> append.done().future().succeeded());
            noteAcknowledged();
        }

        private void deleteBefore() throws IOException {
            TopicPartition id = any();
            LogModel model = models.get(id);
            PartitionLog log = shard.get(id).log();
            long span = shard.get(id).highWatermark() - log.logStartOffset();
            if (span <= 0) return;
            model.startAtMost = log.logStartOffset() + 1 + (long) (random.nextDouble() * span);
            model.startAtMost = Math.min(model.startAtMost, shard.get(id).highWatermark());
            log.deleteRecordsBefore(model.startAtMost);
            // Deletion flushes the log first; otherwise the log could end before its start.
            model.flushedUpTo = Math.max(model.flushedUpTo, model.startAtMost);
            startsAt(model, model.startAtMost);
        }

        private void retain() throws IOException {
            TopicPartition id = any();
            LogModel model = models.get(id);
            PartitionLog log = shard.get(id).log();
            List<Segment> before = log.segments();
            log.configure(TestLogs.keeping(TestLogs.small(16384), -1, log.sizeBytes() / 2));
            model.startAtMost =
                    Math.max(model.startAtMost, before.get(before.size() - 1).baseOffset());
            TestLogs.retain(log, new Moment(nowMs, nowMs), shard.get(id).highWatermark());
            log.configure(TestLogs.small(16384));
            startsAt(model, log.logStartOffset());
        }

        private void compact() throws IOException {
            TopicPartition id = any();
            PartitionLog log = shard.get(id).log();
            if (log.durableOffset() > shard.get(id).highWatermark()) return;
            new SimCompaction(disk, random).compact(log, log.directory(), models.get(id));
        }

        /** What is not acknowledged goes, and other records get its offsets. */
        private void cut() throws IOException {
            noteAcknowledged();
            shard.cut(new ApiException(ErrorCode.NOT_LEADER, "Another leads."));
            pending.clear();
            models.forEach((id, model) -> {
                model.endOffset = shard.get(id).highWatermark();
                model.records.tailMap(model.endOffset).clear();
            });
            for (TopicPartition id : models.keySet()) {
                assertThat(shard.get(id).log().logEndOffset()).isEqualTo(models.get(id).endOffset);
                models.get(id).mustMatch(shard.get(id).log(), 1 + random.nextInt(9000));
            }
        }

        private static void startsAt(LogModel model, long offset) {
            model.startAtLeast = model.startAtMost = offset;
            model.records.headMap(offset).clear();
        }

        private void reconfigure() throws IOException {
            String topic = any().topic();
            // Appends before the change are committed with the former settings.
            commit();
            flushes.put(topic, flushes.get(topic).equals("sync") ? "os" : "sync");
            shard.apply(image(), nowMs);
        }

        private void remake() throws IOException {
            String topic = any().topic();
            commit();
            make(topic);
            shard.apply(image(), nowMs);
        }

        private void match() throws IOException {
            TopicPartition id = any();
            models.get(id).mustMatch(shard.get(id).log(), 1 + random.nextInt(9000));
        }

        private void restartCleanly() throws IOException {
            commit();
            shard.stop(nowMs);
            models.values().forEach(model -> model.flushedUpTo = model.endOffset);
            disk.crash();
            open();
        }
    }
}
