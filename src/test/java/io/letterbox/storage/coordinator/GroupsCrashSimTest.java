package io.letterbox.storage.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.access.Principal;
import io.letterbox.bus.Append;
import io.letterbox.bus.Appended;
import io.letterbox.config.GroupsConfig;
import io.letterbox.config.LetterboxConfig;
import io.letterbox.coordinator.CoordinatorRequest;
import io.letterbox.groups.GroupCommand;
import io.letterbox.groups.TestGroups;
import io.letterbox.groups.TestGroups.Answer;
import io.letterbox.log.LastStop;
import io.letterbox.log.LogRecovery;
import io.letterbox.log.PartitionLog;
import io.letterbox.log.TestLogs;
import io.letterbox.log.sim.Seeds;
import io.letterbox.log.sim.SimCrash;
import io.letterbox.log.sim.SimDisk;
import io.letterbox.memory.StatePart;
import io.letterbox.record.TopicPartition;
import io.letterbox.time.TestClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResult;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.junit.jupiter.api.Test;

/**
 * The real coordinator on the real log on a simulated disk. After every crash, all answered commits must be there, and
 * of the others only requested ones may be.
 */
class GroupsCrashSimTest {
    private static final TopicPartition ID = new TopicPartition("__consumer_offsets", 0);
    private static final Path DIRECTORY = Path.of("/data/topics/__consumer_offsets/0");
    private static final long GONE = -1;
    private static final int ROUNDS = 6;
    private static final int STEPS = 60;

    @Test
    void everyAnsweredCommitSurvivesEveryCrash() throws Exception {
        Seeds.forEach(GroupsCrashSimTest.class, seed -> new Run(seed).all());
    }

    /** The possible offsets of one group: the one answered last, and all requested since. */
    private static final class Known {
        private long answered = GONE;
        private final List<Long> asked = new ArrayList<>();
    }

    private static final class Run implements ShellTimers {
        private final Random random;
        private final SimDisk disk;
        private final GroupsConfig config = LetterboxConfig.defaults().groups();
        private final Map<String, Known> groups = new HashMap<>();
        private final List<Append> waiting = new ArrayList<>();
        private PartitionLog log;
        private CoordinatorShell shell;
        private long nextOffset;

        Run(long seed) {
            random = new Random(seed);
            disk = new SimDisk(seed ^ 0x5eed);
        }

        void all() throws IOException {
            for (int round = 0; round < ROUNDS; round++) {
                open();
                if (random.nextInt(4) > 0) disk.stopBefore(1 + random.nextInt(80));
                try {
                    for (int step = 0; step < STEPS; step++) act();
                } catch (SimCrash stop) {
                    // The simulated crash.
                }
                if (random.nextInt(3) > 0) disk.crash();
                else disk.kill();
                disk.stopBefore(Integer.MAX_VALUE);
            }
            open();
        }

        private void open() throws IOException {
            waiting.clear();
            log = ((LogRecovery.Recovered) LogRecovery.open(disk, DIRECTORY, TestLogs.small(4000), 0, LastStop.UNCLEAN))
                    .log();
            log.flush();
            shell = new CoordinatorShell(
                    ID,
                    0,
                    log,
                    new GroupCoordinatorType(config, StatePart.unlimited(), null),
                    this::append,
                    this,
                    new TestClock());
            shell.load(() -> {});
            groups.forEach((group, known) -> {
                long found = fetch(group);
                List<Long> possible = new ArrayList<>(known.asked);
                possible.add(known.answered);
                assertThat(possible).as(group).contains(found);
                known.asked.clear();
                known.answered = found;
            });
        }

        private void act() throws IOException {
            String group = "g" + random.nextInt(4);
            switch (random.nextInt(6)) {
                case 0 -> force();
                case 1 -> delete(group);
                default -> commit(group);
            }
        }

        private void commit(String group) {
            long offset = ++nextOffset;
            Known known = groups.computeIfAbsent(group, g -> new Known());
            known.asked.add(offset);
            Answer<OffsetCommitResponseData> answer = new Answer<>();
            ask(TestGroups.commitCommand(group, "", -1, offset), answer, () -> known.answered = offset);
        }

        private void delete(String group) {
            Known known = groups.computeIfAbsent(group, g -> new Known());
            known.asked.add(GONE);
            ask(new GroupCommand.DeleteGroup(group), new Answer<DeletableGroupResult>(), () -> known.answered = GONE);
        }

        /** Sends a command; its answer comes when the log has been forced. */
        private <R> void ask(GroupCommand<R> command, Answer<R> answer, Runnable answered) {
            shell.ask(new CoordinatorRequest<>(command, Principal.ANONYMOUS, new CoordinatorRequest.ReplyTarget<R>() {
                @Override
                public void succeed(R value) {
                    answer.succeed(value);
                    answered.run();
                }

                @Override
                public void fail(Throwable refusal) {
                    answer.fail(refusal);
                }
            }));
        }

        private long fetch(String group) {
            Answer<OffsetFetchResponseGroup> answer = new Answer<>();
            shell.ask(new CoordinatorRequest<>(
                    new GroupCommand.FetchOffsets(
                            new OffsetFetchRequestGroup().setGroupId(group).setTopics(null), true),
                    Principal.ANONYMOUS,
                    answer));
            OffsetFetchResponseGroup all = answer.get();
            return all.topics().isEmpty()
                    ? GONE
                    : all.topics().get(0).partitions().get(0).committedOffset();
        }

        private boolean append(Append append) {
            try {
                log.append(append.batch(), 0, 1000);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            waiting.add(append);
            return true;
        }

        private void force() throws IOException {
            log.flush();
            List<Append> safe = List.copyOf(waiting);
            waiting.clear();
            for (Append append : safe) append.done().complete(new Appended(0, -1, 0, false));
            // The last answer supersedes all earlier requests.
            groups.values().forEach(known -> known.asked.clear());
        }

        @Override
        public long after(long delayMs, Runnable work) {
            return 0;
        }

        @Override
        public void cancel(long id) {
            // No timer is set: time does not pass.
        }

        @Override
        public void soon(Runnable work) {
            work.run();
        }
    }
}
