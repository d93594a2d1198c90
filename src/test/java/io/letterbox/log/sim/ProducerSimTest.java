package io.letterbox.log.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.error.UnverifiedTransactionException;
import io.letterbox.error.VerificationGuard;
import io.letterbox.log.AbortedView;
import io.letterbox.log.Flush;
import io.letterbox.log.LastStop;
import io.letterbox.log.LogConfig;
import io.letterbox.log.LogRead;
import io.letterbox.log.LogRecovery;
import io.letterbox.log.PartitionLog;
import io.letterbox.log.compaction.CompactionPlan;
import io.letterbox.log.compaction.Compactor;
import io.letterbox.log.producers.ProducerBatch;
import io.letterbox.log.producers.ProducerLimits;
import io.letterbox.log.producers.ProducerState;
import io.letterbox.log.sim.ProducerModel.Batch;
import io.letterbox.log.sim.ProducerModel.Event;
import io.letterbox.log.sim.ProducerModel.Marker;
import io.letterbox.log.sim.ProducerModel.State;
import io.letterbox.record.BatchBuilder;
import io.letterbox.record.RecordBatch;
import io.letterbox.record.RecordCursor;
import io.letterbox.record.TransactionMarker;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Producers with retries, gaps, zombies and transactions on the real log and the simulated disk, with rolling,
 * compaction, retention, truncation, damaged snapshots and crashes in between. The producers' states, the refusals and
 * the records that readers of committed records see are compared with a model.
 */
class ProducerSimTest {
    private static final Path DIRECTORY = Path.of("/data/topics/t/0");
    private static final int ROUNDS = 5;
    private static final int STEPS = 80;
    private static final int PRODUCERS = 4;

    @Test
    void aProducersPastIsKnownAfterEveryCrash() throws Exception {
        Seeds.forEach(ProducerSimTest.class, seed -> new Run(seed).all());
    }

    private static final class Run {
        private final Random random;
        private final SimDisk disk;
        private final LogConfig config;
        private final ProducerModel model = new ProducerModel();
        private final boolean compacts;
        private PartitionLog log;
        private Compactor compactor;
        private Event underWay;
        private long flushed;
        private long safe;
        private long recoveryPoint;
        private long nowMs = 1_000_000;
        private int written;

        /** True after snapshots were damaged: then the states come from the log, which compaction has thinned out. */
        private boolean thinned;

        Run(long seed) {
            random = new Random(seed);
            disk = new SimDisk(seed ^ 0xd15c);
            compacts = random.nextBoolean();
            config = new LogConfig(
                    500 + random.nextInt(3000),
                    600_000_000L,
                    -1,
                    -1,
                    200,
                    compacts,
                    !compacts,
                    0,
                    Long.MAX_VALUE,
                    500,
                    0.0,
                    ProducerLimits.defaults());
        }

        void all() throws IOException {
            for (int round = 0; round < ROUNDS; round++) {
                open();
                if (random.nextInt(4) > 0) disk.stopBefore(1 + random.nextInt(200));
                try {
                    for (int step = 0; step < STEPS; step++) step();
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
                disk.stopBefore(1 + random.nextInt(12));
                try {
                    recover();
                } catch (SimCrash stop) {
                    disk.crash();
                }
                disk.stopBefore(Integer.MAX_VALUE);
                disk.kill();
            }
            if (random.nextInt(6) == 0) damageSnapshots();
            recover();
            if (underWay != null && log.logEndOffset() >= underWay.next()) model.events.add(underWay);
            underWay = null;
            assertThat(log.logEndOffset()).isGreaterThanOrEqualTo(flushed);
            model.truncate(log.logEndOffset());
            assertThat(model.end()).isEqualTo(log.logEndOffset());
            flushed = log.logEndOffset();
            check();
        }

        private void recover() throws IOException {
            LogRecovery.RecoveryResult outcome =
                    LogRecovery.open(disk, DIRECTORY, config, recoveryPoint, LastStop.UNCLEAN);
            assertThat(outcome).isInstanceOf(LogRecovery.Recovered.class);
            log = ((LogRecovery.Recovered) outcome).log();
            compactor = new Compactor(disk, log, 1 << 16);
            safe = 0;
        }

        /** Damages or deletes every snapshot. */
        private void damageSnapshots() throws IOException {
            boolean any = false;
            for (String name : disk.list(DIRECTORY)) {
                if (!name.endsWith(".snapshot")) continue;
                Path path = DIRECTORY.resolve(name);
                int size = disk.content(path).length;
                if (size == 0 || random.nextInt(3) == 0) disk.delete(path);
                else disk.flip(path, random.nextInt(size), random.nextInt(8));
                any = true;
            }
            thinned |= any;
        }

        private void step() throws IOException {
            nowMs += random.nextInt(300);
            int what = random.nextInt(100);
            if (what < 45) data();
            else if (what < 62) marker();
            else if (what < 70) again();
            else if (what < 78) refused();
            else if (what < 86) flush();
            else if (what < 89) checkpoint();
            else if (what < 91) truncate();
            else if (what < 94 && compacts) compact();
            else if (what < 94) deleteBefore();
            else if (what < 98) check();
            else restartCleanly();
        }

        private void checkpoint() throws IOException {
            Flush flush = log.startCheckpoint(random.nextInt(4) == 0);
            if (flush != null) flush.force();
            flushed = Math.max(flushed, log.durableOffset());
            recoveryPoint = log.endCheckpoint();
        }

        // ---- what producers do

        private void data() throws IOException {
            int who = random.nextInt(PRODUCERS + 1) - 1;
            State state = model.states().get((long) who);
            short epoch = 0;
            int sequence = -1;
            boolean transactional = false;
            if (who >= 0) {
                boolean open = state != null && state.transactionStart >= 0;
                boolean newEpoch = state != null && !open && random.nextInt(10) == 0;
                epoch = state == null ? 0 : (short) (state.epoch + (newEpoch ? 1 : 0));
                // An unknown producer may begin with any sequence number, for example near the largest.
                int first = random.nextBoolean() ? 0 : Integer.MAX_VALUE - random.nextInt(8);
                sequence = newEpoch ? 0 : state == null ? first : state.nextSequence();
                transactional = open || random.nextBoolean();
            }
            List<String> values = new ArrayList<>();
            for (int i = random.nextInt(3); i >= 0; i--) values.add("v" + written++ + "x".repeat(random.nextInt(40)));
            long base = model.end();
            append(new Event(base, base + values.size(), who, epoch, sequence, transactional, null, values));
        }

        private void marker() throws IOException {
            long who = random.nextInt(PRODUCERS);
            State state = model.states().get(who);
            if (state == null || !compacts && random.nextInt(3) > 0 && state.transactionStart < 0) return;
            // Markers have the transaction's epoch, as in older coordinators, or the next one, as in KIP-890.
            short epoch = (short) (state.epoch + random.nextInt(2));
            Marker marker = new Marker(random.nextBoolean(), Math.max(0, state.coordinatorEpoch) + random.nextInt(2));
            long base = model.end();
            append(new Event(base, base + 1, who, epoch, -1, true, marker, List.of()));
        }

        private void append(Event event) throws IOException {
            ByteBuffer batch = batch(event);
            VerificationGuard guard = null;
            try {
                assertThat(check(batch, null)).isNull();
            } catch (UnverifiedTransactionException asked) {
                State state = model.states().get(event.producer());
                assertThat(event.transactional() && event.marker() == null).isTrue();
                assertThat(state == null || state.transactionStart < 0 || state.epoch != event.epoch())
                        .isTrue();
                guard = asked.guard();
                assertThatThrownBy(() -> check(batch, new VerificationGuard(0)))
                        .isInstanceOf(UnverifiedTransactionException.class);
                assertThat(check(batch, guard)).isNull();
            }
            underWay = event;
            assertThat(log.append(batch, 0, nowMs).baseOffset()).isEqualTo(event.base());
            model.events.add(event);
            underWay = null;
            VerificationGuard used = guard;
            if (used != null && random.nextInt(4) == 0) aUsedGuardIsVoid(event, used);
        }

        private void aUsedGuardIsVoid(Event event, VerificationGuard guard) throws IOException {
            long base = model.end();
            State before = model.states().get(event.producer());
            append(new Event(
                    base,
                    base + 1,
                    event.producer(),
                    event.epoch(),
                    -1,
                    true,
                    new Marker(true, Math.max(0, before.coordinatorEpoch)),
                    List.of()));
            int next = model.states().get(event.producer()).nextSequence();
            Event late = new Event(base, base + 1, event.producer(), event.epoch(), next, true, null, List.of("late"));
            assertThatThrownBy(() -> check(batch(late), guard)).isInstanceOf(UnverifiedTransactionException.class);
        }

        /** Repeats one of the last five batches. */
        private void again() {
            model.states().forEach((id, state) -> {
                for (Batch known : thinned ? List.<Batch>of() : state.batches) {
                    Event event = eventAt(known.base());
                    ProducerBatch first = check(batch(event), null);
                    assertThat(first).as("a repetition of " + event).isNotNull();
                    assertThat(first.baseOffset()).isEqualTo(event.base());
                    assertThat(first.lastOffset()).isEqualTo(event.next() - 1);
                }
            });
        }

        private Event eventAt(long base) {
            return model.events.stream()
                    .filter(event -> event.base() == base)
                    .findFirst()
                    .orElseThrow();
        }

        private void refused() {
            model.states().forEach((id, state) -> {
                if (log.producers().get(id) == null) return;
                int gap = state.nextSequence() + 1 + random.nextInt(100) & Integer.MAX_VALUE;
                boolean transactional = state.transactionStart >= 0;
                mustRefuse(
                        new Event(0, 1, id, state.epoch, gap, transactional, null, List.of("gap")),
                        ErrorCode.OUT_OF_ORDER_SEQUENCE);
                if (!transactional) {
                    mustRefuse(
                            new Event(0, 1, id, (short) (state.epoch + 1), 3, false, null, List.of("not from 0")),
                            ErrorCode.OUT_OF_ORDER_SEQUENCE);
                } else {
                    mustRefuse(
                            new Event(0, 1, id, state.epoch, state.nextSequence(), false, null, List.of("outside")),
                            ErrorCode.INVALID_TXN_STATE);
                }
                if (state.epoch > 0) {
                    mustRefuse(
                            new Event(0, 1, id, (short) (state.epoch - 1), 0, false, null, List.of("zombie")),
                            ErrorCode.INVALID_PRODUCER_EPOCH);
                }
                if (state.coordinatorEpoch > 0 && !thinned) {
                    Marker old = new Marker(true, state.coordinatorEpoch - 1);
                    mustRefuse(
                            new Event(0, 1, id, state.epoch, -1, true, old, List.of()),
                            ErrorCode.TRANSACTION_COORDINATOR_FENCED);
                }
            });
        }

        private void mustRefuse(Event event, ErrorCode code) {
            assertThatThrownBy(() -> check(batch(event), null))
                    .as("" + event)
                    .isInstanceOfSatisfying(ApiException.class, refusal -> assertThat(refusal.code())
                            .isEqualTo(code));
        }

        private ProducerBatch check(ByteBuffer batch, VerificationGuard guard) {
            return log.producers().check(RecordBatch.of(batch), guard, nowMs);
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

        // ---- what happens to the log

        private void flush() throws IOException {
            log.flush();
            flushed = log.logEndOffset();
        }

        private void truncate() throws IOException {
            // Never below flushed records: they may have been read, and compacted.
            List<Long> ends = new ArrayList<>(List.of(flushed));
            for (Event event : model.events) if (event.base() >= flushed) ends.add(event.base());
            ends.removeIf(end -> end < safe);
            if (ends.isEmpty()) return;
            long to = ends.get(random.nextInt(ends.size()));
            boolean cuts = to < model.end();
            // And what is safe ends there, or before.
            List<Long> below = ends.stream().filter(end -> end <= to).toList();
            safe = Math.max(safe, below.get(random.nextInt(below.size())));
            log.committed(safe);
            log.truncateTo(to);
            model.truncate(to);
            assertThat(log.logEndOffset()).isEqualTo(model.end());
            if (cuts) assertThat(log.producers().stableOffset(safe)).isEqualTo(model.stable(safe));
            check();
        }

        private void compact() throws IOException {
            flush();
            CompactionPlan plan = compactor.plan(nowMs, log.producers().stableOffset(log.logEndOffset()));
            if (plan != null) compactor.install(compactor.clean(plan, () -> false));
        }

        private void deleteBefore() throws IOException {
            flush();
            // Not beyond the start of an open transaction, whose remainder would need rules of its own in the model.
            long stable = model.stable();
            if (stable > log.logStartOffset())
                log.deleteRecordsBefore(
                        log.logStartOffset() + random.nextInt((int) (stable - log.logStartOffset()) + 1));
        }

        private void restartCleanly() throws IOException {
            log.close();
            recoveryPoint = log.durableOffset();
            flushed = log.logEndOffset();
            LogRecovery.RecoveryResult outcome =
                    LogRecovery.open(disk, DIRECTORY, config, recoveryPoint, LastStop.CLEAN);
            log = ((LogRecovery.Recovered) outcome).log();
            compactor = new Compactor(disk, log, 1 << 16);
            safe = 0;
            check();
        }

        // ---- what must hold

        private void check() throws IOException {
            Map<Long, State> expected = model.states();
            for (Map.Entry<Long, State> entry : expected.entrySet()) {
                ProducerState actual = log.producers().get(entry.getKey());
                State state = entry.getValue();
                // Without snapshots, a producer is unknown if retention has deleted all its records.
                if (actual == null && thinned && !compacts) continue;
                assertThat(actual).as("producer " + entry.getKey()).isNotNull();
                assertThat(actual.epoch()).isEqualTo(state.epoch);
                assertThat(actual.transactionStart()).isEqualTo(state.transactionStart);
                List<Batch> batches = actual.batches().stream()
                        .map(known -> new Batch(known.baseSequence(), known.baseOffset(), known.lastOffset()))
                        .toList();
                if (thinned && !state.batches.isEmpty()) {
                    assertThat(batches).last().isEqualTo(state.batches.get(state.batches.size() - 1));
                } else if (!thinned) {
                    assertThat(actual.coordinatorEpoch()).isEqualTo(state.coordinatorEpoch);
                    assertThat(batches).isEqualTo(state.batches);
                }
            }
            long stable = log.producers().stableOffset(log.logEndOffset());
            assertThat(stable).isEqualTo(model.stable());
            int maxBytes = 1 + random.nextInt(2000);
            assertThat(committed(stable, maxBytes)).isEqualTo(model.committed(log.logStartOffset(), stable));
        }

        private TreeMap<Long, String> committed(long upTo, int maxBytes) throws IOException {
            TreeMap<Long, String> found = new TreeMap<>();
            long offset = log.logStartOffset();
            while (offset < upTo) {
                AbortedView aborted = log.aborted();
                LogRead read = log.read(offset, maxBytes, upTo);
                var left = aborted.between(offset, read.nextOffset());
                try (RecordCursor cursor = new RecordCursor(read.batches(), offset, left)) {
                    while (cursor.next()) {
                        found.put(cursor.offset(), new String(cursor.value(), StandardCharsets.UTF_8));
                    }
                }
                if (read.nextOffset() <= offset) break;
                offset = read.nextOffset();
            }
            return found;
        }
    }
}
