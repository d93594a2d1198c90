package io.letterbox.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.bus.Append;
import io.letterbox.bus.Appended;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.error.UnverifiedTransactionException;
import io.letterbox.log.LastStop;
import io.letterbox.log.LogConfig;
import io.letterbox.log.LogRecovery;
import io.letterbox.log.PartitionLog;
import io.letterbox.log.RecoveryPoints;
import io.letterbox.log.TestLogs;
import io.letterbox.log.WalReplay;
import io.letterbox.log.sim.ProducerModel.Batch;
import io.letterbox.log.sim.ProducerModel.Event;
import io.letterbox.log.sim.ProducerModel.Marker;
import io.letterbox.log.sim.ProducerModel.State;
import io.letterbox.log.sim.Seeds;
import io.letterbox.log.sim.SimCrash;
import io.letterbox.log.sim.SimDisk;
import io.letterbox.log.wal.WalEntry;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.PartitionImage;
import io.letterbox.metadata.TopicConfig;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.BatchBuilder;
import io.letterbox.record.RecordBatch;
import io.letterbox.record.TopicIdPartition;
import io.letterbox.record.TopicPartition;
import io.letterbox.record.TransactionMarker;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real shard whose journal takes its time, on the simulated disk. Groups are under way while further ones form; the
 * shard steps down, and what is above the high watermarks is cut, of which others may have had some; checkpoints come
 * in between, and the machine stops. After each cut and each start, the logs, with producers, transactions, times,
 * epochs and cached tails, are as if nothing but what is safe had ever been in them. No answer rests on anything else:
 * repetitions and refusals come with the high watermark, not before and not later, or with the end of the leadership.
 */
class SpeculationSimTest {
    private static final int ROUNDS = 4;
    private static final int STEPS = 120;
    private static final int SEGMENT_BYTES = 16384;
    private static final int PRODUCERS = 3;
    private static final int MOST_UNDER_WAY = 4;
    private static final UUID TOPIC = new UUID(1, 2);
    private static final ApiException STEPPED_DOWN = new ApiException(ErrorCode.NOT_LEADER, "Another leads.");

    @TempDir
    Path temp;

    @Test
    void nothingButWhatIsSafeOutlivesACutOrACrash() throws Exception {
        long[] cut = {0};
        long[] kept = {0};
        long[] told = {0};
        try (DataDirectory directory = DataDirectory.open(temp)) {
            Seeds.forEach(SpeculationSimTest.class, seed -> {
                Run run = new Run(seed, directory);
                run.all();
                cut[0] += run.cut;
                kept[0] += run.kept;
                told[0] += run.told;
            });
        }
        if (Long.getLong("letterbox.simSeed") != null) return;
        // Or there never was anything to cut, or anything that others had.
        assertThat(cut[0]).isPositive();
        assertThat(kept[0]).isPositive();
        assertThat(told[0]).isPositive();
    }

    private static final class Run {
        private final Random random;
        private final SimDisk disk;
        private final DataDirectory directory;
        private final SimJournal journal;
        private final LogConfig config = TestLogs.small(SEGMENT_BYTES);
        private final Map<TopicPartition, SpeculationModel> models = new TreeMap<>();
        private final Map<TopicPartition, Path> directories = new HashMap<>();

        /**
         * Deletes records and never stops, or the other way round: what a checkpoint needs of deleted ones is another
         * matter.
         */
        private final boolean deletes;

        private SimShard shard;
        private long nowMs = 1_000_000;
        private int leaderEpoch;
        private int written;
        private long cut;
        private long kept;
        private final List<Expected> expected = new ArrayList<>();
        private long told;

        /**
         * An answer that is not there yet.
         *
         * @param restsOn the high watermark with which it comes
         * @param answer what it says then, see {@link #said}
         */
        private record Expected(TopicPartition id, long restsOn, String answer, Promise<Appended> done) {}

        Run(long seed, DataDirectory directory) throws IOException {
            this.random = new Random(seed);
            this.disk = new SimDisk(seed ^ 0x5eed);
            this.directory = directory;
            this.journal = new SimJournal(1 + random.nextInt(MOST_UNDER_WAY));
            this.deletes = random.nextInt(3) == 0;
            disk.createDirectories(directory.layout().meta());
            for (int number = 0; number < 2; number++)
                models.put(new TopicPartition("t", number), new SpeculationModel());
        }

        void all() throws IOException {
            for (int round = 0; round < ROUNDS; round++) {
                if (!deletes || round == 0) open();
                if (!deletes && random.nextInt(4) > 0) disk.stopBefore(1 + random.nextInt(400));
                try {
                    for (int step = 0; step < STEPS; step++) step();
                } catch (SimCrash stop) {
                    // As planned.
                } catch (IOException | UncheckedIOException failed) {
                    // A stop in another thread looks like a failure.
                    assertThat(failed).hasRootCauseInstanceOf(SimCrash.class);
                }
                if (!deletes) stop();
            }
            if (!deletes) open();
        }

        // ---- starts and stops

        private void stop() {
            expected.clear();
            if (random.nextInt(3) > 0) disk.crash();
            else disk.kill();
            Map<TopicPartition, SpeculationModel> before = copies();
            List<JournalEntry> found =
                    journal.cut(random.nextInt(journal.pending().size() + 1));
            for (Map.Entry<TopicPartition, SpeculationModel> each : models.entrySet()) {
                long safe = 0;
                for (JournalEntry entry : journal.safe()) safe = Math.max(safe, endOf(entry, each.getKey()));
                each.getValue().cut(safe);
            }
            for (JournalEntry entry : found) restore(before, entry);
        }

        private void open() throws IOException {
            // A stop meanwhile must do no harm either.
            if (random.nextInt(3) == 0) {
                disk.stopBefore(1 + random.nextInt(60));
                try {
                    start();
                } catch (SimCrash stop) {
                    disk.crash();
                }
                disk.kill();
            }
            start();
            matchAll();
        }

        private void start() throws IOException {
            for (Map.Entry<TopicPartition, Path> each : directories.entrySet()) putBack(each.getKey(), each.getValue());
            leaderEpoch++;
            shard = new SimShard(disk, directory, journal);
            shard.open(image());
            for (TopicPartition id : models.keySet()) {
                shard.get(id).log().configure(config);
                directories.put(id, shard.get(id).log().directory());
            }
        }

        /** Nothing above the checkpoint is believed; the journal gives the rest again. */
        private void putBack(TopicPartition id, Path logDirectory) throws IOException {
            long point = RecoveryPoints.read(disk, directory.layout().recoveryPoints(), name -> null)
                    .getOrDefault(new TopicIdPartition(TOPIC, id.partition()), 0L);
            LogRecovery.RecoveryResult outcome = LogRecovery.open(disk, logDirectory, config, point, LastStop.UNCLEAN);
            assertThat(outcome).isInstanceOf(LogRecovery.Recovered.class);
            PartitionLog log = ((LogRecovery.Recovered) outcome).log();
            log.truncateTo(point);
            for (JournalEntry entry : journal.safe()) {
                for (WalEntry part : parts(entry)) {
                    if (!part.partition().equals(id)) continue;
                    for (ByteBuffer batch : part.batches()) new WalReplay(log).put(batch.duplicate(), nowMs);
                }
            }
            log.close();
        }

        private ClusterImage image() {
            PartitionImage here = new PartitionImage(0, 1, leaderEpoch, List.of(1), List.of(1));
            TopicConfig topic = new TopicConfig(Map.of("segment.bytes", "" + SEGMENT_BYTES));
            TopicImage both = new TopicImage("t", TOPIC, List.of(here, here), topic);
            return new ClusterImage(1, "cluster", Map.of(), new TreeMap<>(Map.of("t", both)));
        }

        // ---- what happens

        private void step() throws IOException {
            nowMs += random.nextInt(300);
            int what = random.nextInt(100);
            if (what < 38) append();
            else if (what < 45) misbehave();
            else if (what < 62) shard.commit(nowMs);
            else if (what < 78) complete();
            else if (what < 81) lack();
            else if (what < 84) shard.beginCheckpoint();
            else if (what < 90) shard.step();
            else if (what < 95) stepDown();
            else if (what < 97) deleteBefore();
            else matchAll();
            answersMustMatch();
        }

        private TopicPartition any() {
            return new TopicPartition("t", random.nextInt(models.size()));
        }

        private void complete() {
            if (!journal.pending().isEmpty()) journal.complete();
        }

        private void lack() throws IOException {
            if (journal.pending().isEmpty()) return;
            journal.lack(new IOException("No space left on device"));
            try {
                shard.commit(nowMs);
            } catch (IOException lacking) {
                assertThat(lacking).hasMessageContaining("No space");
            }
        }

        private void stepDown() throws IOException {
            Map<TopicPartition, SpeculationModel> before = copies();
            shard.cut(STEPPED_DOWN);
            for (Expected each : expected) assertThat(said(each)).isEqualTo("NOT_LEADER");
            expected.clear();
            models.forEach((id, model) -> {
                long end = model.end();
                model.cut(shard.get(id).highWatermark());
                cut += end - model.end();
            });
            matchAll();
            List<JournalEntry> found =
                    journal.cut(random.nextInt(journal.pending().size() + 1));
            try {
                for (JournalEntry entry : found) {
                    shard.take(entry, nowMs);
                    restore(before, entry);
                    matchAll();
                }
            } catch (SimCrash stop) {
                // The next start finds all of it in the journal.
                for (JournalEntry entry : found) restore(before, entry);
                throw stop;
            }
            leaderEpoch++;
            shard.apply(image(), nowMs);
        }

        private Map<TopicPartition, SpeculationModel> copies() {
            Map<TopicPartition, SpeculationModel> copies = new HashMap<>();
            models.forEach((id, model) -> copies.put(id, model.copy()));
            return copies;
        }

        private void restore(Map<TopicPartition, SpeculationModel> before, JournalEntry entry) {
            for (WalEntry part : parts(entry)) {
                models.get(part.partition()).restore(before.get(part.partition()), part.nextOffset());
                kept++;
            }
        }

        private static List<WalEntry> parts(JournalEntry entry) {
            return entry instanceof JournalEntry.Group group ? group.parts() : List.of();
        }

        private static long endOf(JournalEntry entry, TopicPartition id) {
            return parts(entry).stream()
                    .filter(part -> part.partition().equals(id))
                    .mapToLong(WalEntry::nextOffset)
                    .max()
                    .orElse(0);
        }

        private void deleteBefore() throws IOException {
            TopicPartition id = any();
            long start = shard.get(id).log().logStartOffset();
            // Not beyond an open transaction: what is left of it then is a question of its own.
            long span = models.get(id).stable(shard.get(id).highWatermark()) - start;
            if (deletes && span > 0) shard.moveStart(id, start + random.nextInt((int) span + 1));
        }

        private void matchAll() throws IOException {
            for (Map.Entry<TopicPartition, SpeculationModel> each : models.entrySet()) {
                long timestampMs = nowMs - random.nextInt(30_000);
                each.getValue().mustMatch(shard.get(each.getKey()), timestampMs, 1 + random.nextInt(3000));
            }
        }

        // ---- what is answered

        /** What an answer says: the offset of a batch, the code of a refusal, or nothing yet. */
        private static String said(Expected each) {
            Future<Appended> future = each.done.future();
            if (!future.isComplete()) return "nothing yet";
            if (future.failed()) return ((ApiException) future.cause()).code().name();
            return (future.result().duplicate() ? "again at " : "at ")
                    + future.result().baseOffset();
        }

        private void answersMustMatch() {
            for (Expected each : List.copyOf(expected)) {
                boolean safe = shard.get(each.id).highWatermark() >= each.restsOn;
                assertThat(said(each)).isEqualTo(safe ? each.answer : "nothing yet");
                if (!safe) continue;
                expected.remove(each);
                told++;
            }
        }

        /** A producer sends what it has sent before, leaves something out, or has been replaced by a newer one. */
        private void misbehave() throws IOException {
            TopicPartition id = any();
            SpeculationModel model = models.get(id);
            long who = random.nextInt(PRODUCERS);
            State state = model.producers().get(who);
            if (state == null || state.batches.isEmpty()) return;
            short epoch = state.epoch;
            int sequence = state.nextSequence() + 1;
            String answer = "OUT_OF_ORDER_SEQUENCE";
            long restsOn = model.end();
            int count = 1;
            int what = random.nextInt(3);
            if (what == 0 && epoch > 0) {
                epoch--;
                answer = "INVALID_PRODUCER_EPOCH";
            } else if (what == 1) {
                Batch first = state.batches.get(random.nextInt(state.batches.size()));
                sequence = first.sequence();
                count = (int) (first.last() - first.base()) + 1;
                answer = "again at " + first.base();
                restsOn = first.last() + 1;
            }
            boolean open = state.transactionStart >= 0;
            Event event = new Event(0, count, who, epoch, sequence, open, null, Collections.nCopies(count, "x"));
            Promise<Appended> done = Promise.promise();
            shard.append(new Append(id, batch(event), count, null, done), nowMs);
            expected.add(new Expected(id, restsOn, answer, done));
        }

        // ---- what is appended

        private void append() throws IOException {
            TopicPartition id = any();
            SpeculationModel model = models.get(id);
            Event event = random.nextInt(4) == 0 ? marker(model) : data(model);
            if (event == null) return;
            int count = Math.max(1, event.values().size());
            Promise<Appended> done = Promise.promise();
            shard.append(new Append(id, batch(event), count, null, done), nowMs);
            if (done.future().cause() instanceof UnverifiedTransactionException asked) {
                done = Promise.promise();
                shard.append(new Append(id, batch(event), count, asked.guard(), done), nowMs);
            }
            expected.add(new Expected(id, event.next(), "at " + event.base(), done));
            model.add(event, nowMs, leaderEpoch);
        }

        private Event data(SpeculationModel model) {
            int who = random.nextInt(PRODUCERS + 1) - 1;
            State state = model.producers().get((long) who);
            boolean open = state != null && state.transactionStart >= 0;
            int sequence = who < 0 ? -1 : state == null ? 0 : state.nextSequence();
            short epoch = state == null ? 0 : state.epoch;
            boolean transactional = who >= 0 && (open || random.nextBoolean());
            List<String> values = new ArrayList<>();
            for (int count = random.nextInt(3); count >= 0; count--)
                values.add("v" + written++ + "x".repeat(random.nextInt(8) == 0 ? 3000 : random.nextInt(60)));
            long base = model.end();
            return new Event(base, base + values.size(), who, epoch, sequence, transactional, null, values);
        }

        private Event marker(SpeculationModel model) {
            long who = random.nextInt(PRODUCERS);
            State state = model.producers().get(who);
            if (state == null || state.transactionStart < 0) return null;
            // With the transaction's epoch, as old coordinators write them, or with the next one, as KIP-890 has it.
            short epoch = (short) (state.epoch + random.nextInt(2));
            Marker marker = new Marker(random.nextBoolean(), Math.max(0, state.coordinatorEpoch) + random.nextInt(2));
            return new Event(model.end(), model.end() + 1, who, epoch, -1, true, marker, List.of());
        }

        private ByteBuffer batch(Event event) {
            if (event.marker() != null) {
                return new TransactionMarker(
                                event.marker().commit(), event.marker().coordinatorEpoch())
                        .batch(event.producer(), event.epoch(), nowMs);
            }
            BatchBuilder builder = new BatchBuilder(100);
            for (String value : event.values()) {
                byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
                builder.append(nowMs, bytes, bytes, List.of());
            }
            if (event.producer() >= 0) builder.producer(event.producer(), event.epoch(), event.sequence());
            if (event.transactional()) builder.flags(RecordBatch.TRANSACTIONAL);
            return builder.build();
        }
    }
}
