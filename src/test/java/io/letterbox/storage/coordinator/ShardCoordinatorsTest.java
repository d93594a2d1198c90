package io.letterbox.storage.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.access.Principal;
import io.letterbox.coordinator.Coordinator;
import io.letterbox.coordinator.CoordinatorCommand;
import io.letterbox.coordinator.CoordinatorEffect;
import io.letterbox.coordinator.CoordinatorOutbox;
import io.letterbox.coordinator.CoordinatorRecord;
import io.letterbox.coordinator.CoordinatorRequest;
import io.letterbox.error.ApiException;
import io.letterbox.log.LogConfig;
import io.letterbox.log.PartitionLog;
import io.letterbox.log.TestLogs;
import io.letterbox.log.sim.SimDisk;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.TopicConfig;
import io.letterbox.record.TopicPartition;
import io.letterbox.time.Clock;
import io.letterbox.time.Moment;
import io.letterbox.time.TestClock;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests the coordinators of a shard, which replay their logs before they serve. */
class ShardCoordinatorsTest {
    private static final String TOPIC = "__kept";
    private static final int COORDINATORS = 3;
    private static final int RECORDS = 40;

    private final SimDisk disk = new SimDisk(1);
    private final TestClock clock = new TestClock();
    private final ArrayDeque<Runnable> soon = new ArrayDeque<>();
    private final int[] read = new int[COORDINATORS];
    private final List<Integer> active = new ArrayList<>();
    private final List<CoordinatorCommand<?>> handled = new ArrayList<>();
    private final List<String> refused = new ArrayList<>();
    private Promise<Void> preparation;
    private ShardCoordinators coordinators;

    private final class Timers implements ShellTimers {
        @Override
        public long after(long delayMs, Runnable work) {
            return 1;
        }

        @Override
        public void cancel(long id) {
            // No timer is set in these tests.
        }

        @Override
        public void soon(Runnable work) {
            soon.add(work);
        }
    }

    /** A clock that advances by a second with each call, so that every step of a replay is a slice. */
    private final class ASecondALook implements Clock {
        @Override
        public long elapsedMs() {
            clock.pass(1000);
            return clock.elapsedMs();
        }

        @Override
        public long wallMs() {
            return clock.wallMs();
        }
    }

    private final class Kind implements CoordinatorType {
        @Override
        public String topic() {
            return TOPIC;
        }

        @Override
        public Coordinator create(TopicPartition partition) {
            return new Counter(partition.partition());
        }

        @Override
        public Future<Void> prepare(CoordinatorCommand<?> command, ClusterImage image) {
            return preparation == null ? null : preparation.future();
        }

        @Override
        public void perform(Origin from, CoordinatorEffect effect) {
            throw new AssertionError(effect);
        }
    }

    private final class Counter implements Coordinator {
        private final int number;

        Counter(int number) {
            this.number = number;
        }

        @Override
        public void apply(CoordinatorRecord record) {
            read[number]++;
        }

        @Override
        public void applyTransactional(long producerId, short producerEpoch, CoordinatorRecord record) {
            throw new AssertionError(record);
        }

        @Override
        public void applyMarker(long producerId, short producerEpoch, boolean commit) {
            throw new AssertionError(producerId);
        }

        @Override
        public void activate(Moment now, CoordinatorOutbox outbox) {
            active.add(number);
        }

        @Override
        public void handle(CoordinatorRequest<?> ask, Moment now, CoordinatorOutbox outbox) {
            handled.add(ask.command());
        }

        @Override
        public long nextDeadlineMs() {
            return Long.MAX_VALUE;
        }

        @Override
        public void tick(Moment now, CoordinatorOutbox outbox) {
            throw new AssertionError("nothing is due");
        }

        @Override
        public void close() {
            // The core has no memory account.
        }
    }

    private record Question(String key) implements CoordinatorCommand<Void> {
        @Override
        public String topic() {
            return TOPIC;
        }
    }

    private void ask(Question question) {
        CoordinatorRequest.ReplyTarget<Void> reply = new CoordinatorRequest.ReplyTarget<>() {
            @Override
            public void succeed(Void answer) {
                throw new AssertionError("the core does not answer");
            }

            @Override
            public void fail(Throwable refusal) {
                refused.add(((ApiException) refusal).code().name());
            }
        };
        coordinators.ask(id(0), new CoordinatorRequest<>(question, Principal.ANONYMOUS, reply));
    }

    private static TopicPartition id(int number) {
        return new TopicPartition(TOPIC, number);
    }

    @BeforeEach
    void serveThem() throws IOException {
        coordinators = new ShardCoordinators(List.of(new Kind()), new ASecondALook());
        coordinators.start(new Timers(), append -> {
            throw new AssertionError("nothing is written");
        });
        for (int number = 0; number < COORDINATORS; number++) {
            PartitionLog log = TestLogs.open(disk, Path.of("/data/" + number), LogConfig.defaults(), 0)
                    .log();
            for (int record = 0; record < RECORDS; record++) log.append(TestLogs.batch(1, "x".repeat(100_000)), 0, 1);
            log.flush();
            coordinators.onServed(id(number), 0, log, new TopicConfig(Map.of()));
        }
    }

    /** Replays need memory for state that the log deletes later, so coordinators replay one after the other. */
    @Test
    void readTheirLogsOneAfterTheOther() {
        assertThat(read[0]).isBetween(1, RECORDS - 1);
        while (!soon.isEmpty()) {
            soon.remove().run();
            for (int number = 1; number < COORDINATORS; number++)
                assertThat(read[number]).isLessThanOrEqualTo(active.contains(number - 1) ? RECORDS : 0);
        }
        assertThat(active).containsExactly(0, 1, 2);
        assertThat(read).containsOnly(RECORDS);
    }

    @Test
    void goOnBehindOneThatIsClosedMeanwhile() {
        coordinators.retain(id -> id.partition() == 2);
        while (!soon.isEmpty()) soon.remove().run();
        assertThat(active).containsExactly(2);
        assertThat(read[1]).isZero();
    }

    @Test
    void aCommandThatIsPreparedReachesTheCoreAfterThat() {
        while (!soon.isEmpty()) soon.remove().run();
        coordinators.onImage(new ClusterImage(1, "c", Map.of(), new TreeMap<>()));
        preparation = Promise.promise();
        ask(new Question("prepared"));
        assertThat(handled).isEmpty();

        Promise<Void> earlier = preparation;
        preparation = null;
        ask(new Question("at once"));
        assertThat(handled).containsExactly(new Question("at once"));
        earlier.complete();
        assertThat(handled).containsExactly(new Question("at once"), new Question("prepared"));
        assertThat(refused).isEmpty();
    }

    @Test
    void aCommandIsRefusedIfItsCoordinatorHasGoneMeanwhile() {
        while (!soon.isEmpty()) soon.remove().run();
        coordinators.onImage(new ClusterImage(1, "c", Map.of(), new TreeMap<>()));
        preparation = Promise.promise();
        ask(new Question("prepared"));
        coordinators.retain(id -> false);
        preparation.complete();
        assertThat(refused).containsExactly("NOT_COORDINATOR");
        assertThat(handled).isEmpty();
    }
}
