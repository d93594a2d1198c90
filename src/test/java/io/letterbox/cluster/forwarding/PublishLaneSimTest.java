package io.letterbox.cluster.forwarding;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.access.Principal;
import io.letterbox.bus.Append;
import io.letterbox.bus.Appended;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.log.producers.ProducerBatch;
import io.letterbox.log.producers.ProducerLimits;
import io.letterbox.log.producers.ProducerStateTable;
import io.letterbox.record.BatchBuilder;
import io.letterbox.record.RecordBatch;
import io.letterbox.record.RecordCursor;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Promise;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * A lane, a partition that changes its leader, and a net that loses requests and answers, delivers late what was given
 * up, and cuts off what a leader had not made safe. What was acknowledged is stored once, what was refused is not
 * stored, and nothing is stored twice; only of what the lane said it does not know may be there or not.
 */
class PublishLaneSimTest {
    private static final int SEEDS = 300;
    private static final int BATCHES = 60;
    private static final TopicPartition PARTITION = new TopicPartition("t", 0);

    @Test
    void whatIsAcknowledgedIsStoredOnce() {
        int unknown = 0;
        int repeated = 0;
        int refused = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            Simulation simulation = new Simulation(seed);
            simulation.run();
            unknown += simulation.unknown;
            repeated += simulation.repeated;
            refused += simulation.refused;
        }
        // A simulation in which nothing goes wrong shows nothing.
        assertThat(repeated).isGreaterThan(SEEDS);
        assertThat(refused).isGreaterThan(SEEDS / 10);
        assertThat(unknown).isGreaterThan(SEEDS / 10).isLessThan(SEEDS * BATCHES / 10);
    }

    /** One run. */
    private static final class Simulation implements PublishLane.Outbox {
        private final long seed;
        private final Random random;
        private final PriorityQueue<Event> events = new PriorityQueue<>();
        private final PublishLane lane = new PublishLane(this);
        private final Map<Integer, String> fates = new HashMap<>();

        /** What the replicas have agreed on, and above it what only the leader has. */
        private final List<byte[]> log = new ArrayList<>();

        private int safe;
        private ProducerStateTable producers = table();
        private long leaderTerm;
        private long nowMs = 1_000;
        private long count;
        private long ids = 100;
        private boolean calm;
        private int unknown;
        private int repeated;
        private int refused;

        private record Event(long atMs, long number, Runnable what) implements Comparable<Event> {
            @Override
            public int compareTo(Event other) {
                return atMs != other.atMs ? Long.compare(atMs, other.atMs) : Long.compare(number, other.number);
            }
        }

        Simulation(long seed) {
            this.seed = seed;
            this.random = new Random(seed);
        }

        private static ProducerStateTable table() {
            return new ProducerStateTable(ProducerLimits.defaults());
        }

        private void later(int maxMs, Runnable what) {
            events.add(new Event(nowMs + 1 + random.nextInt(maxMs), count++, what));
        }

        void run() {
            for (int number = 0; number < BATCHES; number++) {
                int name = number;
                events.add(new Event(nowMs + random.nextInt(4_000), count++, () -> offer(name)));
            }
            for (int move = random.nextInt(6); move > 0; move--) later(4_000, this::moveLeader);
            for (long tick = 0; tick < 40_000; tick += 20) {
                events.add(new Event(nowMs + tick, count++, () -> lane.tick(nowMs)));
            }
            events.add(new Event(nowMs + 6_000 + random.nextInt(20_000), count++, () -> calm = true));
            while (!events.isEmpty()) {
                Event event = events.poll();
                nowMs = event.atMs;
                event.what.run();
                check();
            }
            assertThat(lane.isIdle()).as("seed " + seed).isTrue();
            assertThat(fates).as("seed " + seed).hasSize(BATCHES);
        }

        private void offer(int name) {
            byte[] value = {(byte) name};
            BatchBuilder builder = new BatchBuilder(64);
            int records = 1 + random.nextInt(3);
            for (int i = 0; i < records; i++) builder.append(nowMs, null, value, List.of());
            Append append = new Append(
                    PARTITION, builder.build(), records, null, Principal.ANONYMOUS, Promise.<Appended>promise());
            append.done().future().onComplete(outcome -> settle(name, outcome.succeeded(), outcome.cause()));
            if (!lane.offer(append, nowMs)) append.done().fail("full");
        }

        private void settle(int name, boolean stored, Throwable cause) {
            ErrorCode code = cause instanceof ApiException refusal ? refusal.code() : null;
            String fate = stored ? "stored" : code == ErrorCode.OUTCOME_UNKNOWN ? "unknown" : "refused";
            if (fate.equals("unknown")) unknown++;
            if (fate.equals("refused")) refused++;
            assertThat(fates.put(name, fate)).as("seed " + seed).isNull();
        }

        /** What is safe stays; what is not is lost, or is what the next leader had, too. */
        private void moveLeader() {
            leaderTerm++;
            safe += random.nextInt(log.size() - safe + 1);
            while (log.size() > safe) log.remove(log.size() - 1);
            producers = table();
            for (byte[] batch : log) producers.onAppended(RecordBatch.of(ByteBuffer.wrap(batch)), nowMs);
        }

        @Override
        public void send(LaneBatch batch) {
            byte[] bytes = batch.copy().array();
            double chance = calm ? 1 : random.nextDouble();
            // A timer of the carrier's, which answers what is lost.
            Once once = new Once(batch);
            later(1, () -> {});
            events.add(new Event(nowMs + 500, count++, () -> once.fail(AttemptFailure.UNKNOWN, "no answer")));
            if (chance < 0.1) return;
            if (chance < 0.15) later(5, () -> once.fail(AttemptFailure.NOT_TRIED, "nobody there"));
            else later(chance < 0.25 ? 6_000 : 50, () -> arrive(bytes, once));
        }

        private void arrive(byte[] bytes, Once once) {
            RecordBatch batch = RecordBatch.of(ByteBuffer.wrap(bytes));
            long term = leaderTerm;
            try {
                if (!calm && random.nextInt(20) == 0) throw new ApiException(ErrorCode.DISK_FULL, "full");
                ProducerBatch before = producers.check(batch, null, nowMs);
                if (before != null) {
                    repeated++;
                    answer(once, term);
                    return;
                }
            } catch (ApiException refusal) {
                back(() -> once.fail(AttemptFailure.of(refusal, true), refusal.getMessage()));
                return;
            }
            batch.assign(log.size(), 0);
            log.add(bytes);
            producers.onAppended(batch, nowMs);
            int end = log.size();
            later(30, () -> {
                if (leaderTerm == term) safe = Math.max(safe, end);
                answer(once, term);
            });
        }

        /** Acknowledged is what is safe in the term in which it was appended; a leader that lost it does not know. */
        private void answer(Once once, long term) {
            if (leaderTerm != term) {
                back(() -> once.fail(AttemptFailure.UNKNOWN, "stepped down"));
                return;
            }
            // A repetition shares the fate of the first one.
            safe = log.size();
            back(() -> once.acknowledge(new Appended(0, -1, 0, false)));
        }

        private void back(Runnable what) {
            if (calm || random.nextInt(10) > 0) later(20, what);
        }

        /** The one outcome of an attempt. */
        private final class Once {
            private final LaneBatch batch;
            private boolean told;

            Once(LaneBatch batch) {
                this.batch = batch;
            }

            void fail(AttemptFailure kind, String why) {
                if (told) return;
                told = true;
                lane.failed(batch, kind, new ApiException(ErrorCode.NOT_LEADER, why), nowMs);
            }

            void acknowledge(Appended appended) {
                if (told) return;
                told = true;
                lane.acknowledged(batch, appended, nowMs);
            }
        }

        @Override
        public void acknowledge(Append append, Appended appended) {
            append.done().complete(appended);
        }

        @Override
        public void fail(Append append, ApiException why) {
            append.done().fail(why);
        }

        @Override
        public void needProducerId() {
            boolean fails = !calm && random.nextInt(4) == 0;
            later(100, () -> lane.identify(fails ? -1 : ids++, nowMs));
        }

        /** After every event. */
        private void check() {
            Map<Integer, Integer> stored = new HashMap<>();
            for (byte[] bytes : log) {
                try (RecordCursor records = new RecordCursor(ByteBuffer.wrap(bytes), 0)) {
                    records.next();
                    stored.merge((int) records.value()[0], 1, Integer::sum);
                }
            }
            assertThat(stored.values()).as("seed " + seed).allMatch(times -> times == 1);
            fates.forEach((name, fate) -> {
                if (fate.equals("stored")) assertThat(stored).as("seed " + seed).containsKey(name);
                if (fate.equals("refused"))
                    assertThat(stored).as("seed " + seed).doesNotContainKey(name);
            });
        }
    }
}
