package io.letterbox.storage.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.access.Principal;
import io.letterbox.bus.Append;
import io.letterbox.bus.Appended;
import io.letterbox.coordinator.Coordinator;
import io.letterbox.coordinator.CoordinatorCommand;
import io.letterbox.coordinator.CoordinatorEffect;
import io.letterbox.coordinator.CoordinatorOutbox;
import io.letterbox.coordinator.CoordinatorRecord;
import io.letterbox.coordinator.CoordinatorRequest;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.groups.TestGroups.Answer;
import io.letterbox.log.LastStop;
import io.letterbox.log.LogConfig;
import io.letterbox.log.LogRecovery;
import io.letterbox.log.PartitionLog;
import io.letterbox.log.sim.SimDisk;
import io.letterbox.metadata.TopicConfig;
import io.letterbox.record.TopicPartition;
import io.letterbox.record.TransactionMarker;
import io.letterbox.time.Clock;
import io.letterbox.time.Moment;
import io.letterbox.time.TestClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests what the shell guarantees to a core: order, durability before answers, replay, time. */
class CoordinatorShellTest {
    private static final TopicPartition ID = new TopicPartition("__kept", 0);
    private static final Path DIRECTORY = Path.of("/data/topics/__kept/0");

    private final SimDisk disk = new SimDisk(1);
    private final List<Append> waiting = new ArrayList<>();
    private final ArrayDeque<Runnable> soon = new ArrayDeque<>();
    private final List<Long> timers = new ArrayList<>();
    private PartitionLog log;
    private ApiException refusal;
    private boolean refusesLater;
    private final TestClock clock = new TestClock();
    private Runnable timer;
    private Words core;
    private CoordinatorShell shell;
    private int loaded;

    /** A command that writes a word; an empty word only reads. */
    private record Say(String word, boolean inTransaction) implements CoordinatorCommand<String> {
        @Override
        public String topic() {
            return "__words";
        }

        @Override
        public String key() {
            return "words";
        }
    }

    /** An effect that hands a request on. */
    private record HandedOn(CoordinatorRequest<?> ask) implements CoordinatorEffect {}

    /** A core that keeps words in the order of writing, those of transactions in the order of commits. */
    private static final class Words implements Coordinator {
        private final List<String> words = new ArrayList<>();
        private final List<String> pending = new ArrayList<>();
        private long dueMs = Long.MAX_VALUE;
        private int ticks;
        private boolean active;
        private boolean closed;

        @Override
        public void close() {
            closed = true;
        }

        private static String text(CoordinatorRecord record) {
            return new String(record.key(), StandardCharsets.UTF_8);
        }

        @Override
        public void apply(CoordinatorRecord record) {
            words.add(text(record));
        }

        @Override
        public void applyTransactional(long producerId, short producerEpoch, CoordinatorRecord record) {
            pending.add(text(record));
        }

        @Override
        public void applyMarker(long producerId, short producerEpoch, boolean commit) {
            if (commit) words.addAll(pending);
            pending.clear();
        }

        @Override
        public void activate(Moment now, CoordinatorOutbox outbox) {
            active = true;
        }

        @Override
        @SuppressWarnings("unchecked")
        public void handle(CoordinatorRequest<?> ask, Moment now, CoordinatorOutbox outbox) {
            Say say = (Say) ask.command();
            if (say.word().equals("elsewhere")) {
                outbox.perform(new HandedOn(ask));
                return;
            }
            if (say.word().equals("crash")) throw new IllegalStateException("as asked");
            CoordinatorRecord record = new CoordinatorRecord(say.word().getBytes(StandardCharsets.UTF_8), null);
            if (say.inTransaction()) outbox.writeTransactional(7, (short) 0, null, List.of(record));
            else if (!say.word().isEmpty()) outbox.write(List.of(record));
            outbox.reply((CoordinatorRequest<String>) ask, String.join(" ", words));
        }

        @Override
        public long nextDeadlineMs() {
            return dueMs;
        }

        @Override
        public void tick(Moment now, CoordinatorOutbox outbox) {
            ticks++;
            if (dueMs <= now.elapsedMs()) dueMs = Long.MAX_VALUE;
        }
    }

    /** A clock that advances by a second with each call. */
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

    private final class Timers implements ShellTimers {
        @Override
        public long after(long delayMs, Runnable work) {
            timers.add(delayMs);
            timer = work;
            return timers.size();
        }

        @Override
        public void cancel(long id) {
            timer = null;
        }

        @Override
        public void soon(Runnable work) {
            soon.add(work);
        }
    }

    private final class Kind implements CoordinatorType {
        @Override
        public String topic() {
            return ID.topic();
        }

        @Override
        public Coordinator create(TopicPartition partition) {
            core = new Words();
            return core;
        }

        @Override
        public void perform(Origin from, CoordinatorEffect effect) {
            from.refuse(((HandedOn) effect).ask(), new ApiException(ErrorCode.STORAGE_FAILED, "nobody does it"));
        }
    }

    @BeforeEach
    void open() throws IOException {
        log = ((LogRecovery.Recovered) LogRecovery.open(disk, DIRECTORY, LogConfig.defaults(), 0, LastStop.UNCLEAN))
                .log();
        shell = new CoordinatorShell(ID, 3, log, new Kind(), this::append, new Timers(), clock);
        shell.load(() -> loaded++);
        shell.configure(new TopicConfig(Map.of()));
    }

    private boolean append(Append append) {
        if (refusal != null) {
            if (refusesLater) waiting.add(append);
            else append.done().fail(refusal);
            return false;
        }
        try {
            log.append(append.batch(), 0, clock.elapsedMs());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        waiting.add(append);
        return true;
    }

    private void commit() {
        List<Append> safe = List.copyOf(waiting);
        waiting.clear();
        for (Append append : safe) append.done().complete(new Appended(0, -1, 0, false));
    }

    private Answer<String> say(String word) {
        Answer<String> answer = new Answer<>();
        shell.ask(new CoordinatorRequest<>(new Say(word, false), Principal.ANONYMOUS, answer));
        return answer;
    }

    @Test
    void answersWhenWhatWasWrittenIsCommitted() {
        assertThat(say("").get()).isEmpty();
        Answer<String> first = say("one");
        Answer<String> reader = say("");
        assertThat(first.isThere()).isFalse();
        assertThat(reader.isThere()).as("it would tell what may be lost").isFalse();
        commit();
        assertThat(first.get()).isEqualTo("one");
        assertThat(reader.get()).isEqualTo("one");
        assertThat(say("").get()).isEqualTo("one");
    }

    @Test
    void passesOnWhatTheLogRefuses() {
        refusal = new ApiException(ErrorCode.DISK_FULL, "full");
        Answer<String> answer = say("one");
        assertThatThrownBy(answer::get).hasRootCause(refusal);
        refusal = null;
        assertThat(say("").get()).as("nothing was applied").isEmpty();
    }

    @Test
    void passesARefusalOnWhenItsReasonIsCommitted() {
        refusal = new ApiException(ErrorCode.INVALID_PRODUCER_EPOCH, "fenced");
        refusesLater = true;
        Answer<String> answer = new Answer<>();
        shell.ask(new CoordinatorRequest<>(new Say("one", true), Principal.ANONYMOUS, answer));
        assertThat(answer.isThere()).isFalse();
        assertThat(say("").get()).as("nothing was applied").isEmpty();
        assertThat(shell.openRequests()).isOne();
        waiting.forEach(append -> append.done().fail(refusal));
        assertThatThrownBy(answer::get).hasRootCause(refusal);
        assertThat(shell.openRequests()).isZero();
        assertThat(shell.isOpen()).isTrue();
    }

    @Test
    void refusesWhatIsLargerThanABatchMayBe() {
        shell.configure(new TopicConfig(Map.of("max.message.bytes", "100")));
        Answer<String> answer = say("x".repeat(100));
        assertThatThrownBy(answer::get)
                .hasRootCauseInstanceOf(ApiException.class)
                .hasMessageContaining("max.message.bytes");
    }

    @Test
    void survivesACoreThatFails() {
        assertThatThrownBy(say("crash")::get).hasMessageContaining("failed");
        assertThat(say("").get()).isEmpty();
    }

    @Test
    void dropsARequestThatWasRefusedElsewhere() {
        Answer<String> answer = say("elsewhere");
        assertThatThrownBy(answer::get).hasMessageContaining("nobody does it");
        assertThat(shell.openRequests()).isZero();
    }

    @Test
    void answersEveryRequestWhenTheShardEnds() {
        Answer<String> first = say("one");
        Answer<String> reader = say("");
        ApiException why = new ApiException(ErrorCode.STORAGE_FAILED, "broken");
        waiting.forEach(append -> append.done().fail(why));
        assertThatThrownBy(first::get).hasRootCause(why);
        assertThatThrownBy(reader::get).hasRootCause(why);
        assertThatThrownBy(say("two")::get).hasRootCause(why);
        assertThat(shell.isOpen()).isFalse();
    }

    @Test
    void tellsTheCoreWhatIsInTheLog() throws IOException {
        say("one");
        Answer<String> pending = new Answer<>();
        shell.ask(new CoordinatorRequest<>(new Say("two", true), Principal.ANONYMOUS, pending));
        say("three");
        ByteBuffer marker = new TransactionMarker(true, 0).batch(7, (short) 0, clock.wallMs());
        log.append(marker, 0, clock.elapsedMs());
        shell.onMarker(new TransactionOutcome(7, (short) 0, true));
        say("four");
        commit();
        assertThat(say("").get()).isEqualTo("one three two four");
        log.flush();
        open();
        assertThat(core.active).isTrue();
        assertThat(say("").get()).isEqualTo("one three two four");
        log.append(new TransactionMarker(false, 0).batch(7, (short) 0, clock.wallMs()), 0, clock.elapsedMs());
        open();
        assertThat(say("").get()).isEqualTo("one three two four");
    }

    @Test
    void letsTheShardGoOnWhileMuchIsReplayed() throws IOException {
        for (int word = 0; word < 40; word++) say("x".repeat(100_000));
        commit();
        log.flush();
        shell = new CoordinatorShell(ID, 3, log, new Kind(), this::append, new Timers(), new ASecondALook());
        loaded = 0;
        shell.load(() -> loaded++);
        assertThat(soon).hasSize(1);
        assertThat(loaded).isZero();
        assertThat(shell.isLoading()).isTrue();
        Answer<String> early = say("");
        assertThatThrownBy(early::get).hasMessageContaining("still being read");
        while (!soon.isEmpty()) soon.remove().run();
        assertThat(core.words).hasSize(40);
        assertThat(loaded).isOne();
        assertThat(shell.isLoading()).isFalse();
        assertThat(say("").isThere()).isTrue();
    }

    @Test
    void keepsOneTimerAndMovesItOnlyForward() {
        long startMs = clock.elapsedMs();
        core.dueMs = startMs + 4000;
        say("");
        assertThat(timers).containsExactly(4000L);
        core.dueMs = startMs + 8000;
        say("");
        assertThat(timers).as("the one that is set will find out").hasSize(1);
        clock.pass(4000);
        timer.run();
        assertThat(core.ticks).isEqualTo(1);
        assertThat(timers).containsExactly(4000L, 4000L);
        core.dueMs = startMs + 5000;
        Runnable overtaken = timer;
        say("");
        assertThat(timers).containsExactly(4000L, 4000L, 1000L);
        overtaken.run();
        assertThat(core.ticks).as("it had gone off before it was cancelled").isEqualTo(1);
        assertThat(timers).as("and sets no timer beside the one there is").hasSize(3);
        clock.pass(1000);
        timer.run();
        assertThat(core.ticks).isEqualTo(2);
        assertThat(timers).hasSize(3);
    }
}
