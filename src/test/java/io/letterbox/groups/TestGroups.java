package io.letterbox.groups;

import io.letterbox.access.Principal;
import io.letterbox.coordinator.CoordinatorEffect;
import io.letterbox.coordinator.CoordinatorOutbox;
import io.letterbox.coordinator.CoordinatorRecord;
import io.letterbox.coordinator.CoordinatorRequest;
import io.letterbox.error.ApiException;
import io.letterbox.error.VerificationGuard;
import io.letterbox.groups.coordinator.GroupCoordinator;
import io.letterbox.groups.patterns.MatchedAtOnce;
import io.letterbox.memory.StatePart;
import io.letterbox.time.Moment;
import io.letterbox.time.TestClock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocolCollection;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData.MemberIdentity;
import org.apache.kafka.common.message.LeaveGroupResponseData;
import org.apache.kafka.common.message.ListGroupsResponseData.ListedGroup;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData.SyncGroupRequestAssignment;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.Errors;

/** A coordinator with a log in memory and a clock that is moved by hand. */
public final class TestGroups implements CoordinatorOutbox {
    public static final GroupSettings SETTINGS =
            new GroupSettings(500, 6000, 1_800_000, 45_000, 5000, 1000, 7 * 86_400_000L);
    public static final int SESSION_MS = 10_000;
    public static final int REBALANCE_MS = 60_000;
    public static final short NEWEST = 9;

    public final TestClock clock = new TestClock();
    public boolean wallConfirmed = true;

    /** While it is set, the log refuses all writes with it. */
    public ApiException refusal;

    /** The number of batches written outside of transactions. */
    public int batches;

    public final List<Logged> log = new ArrayList<>();

    /** The effects so far. */
    public final List<CoordinatorEffect> effects = new ArrayList<>();

    private final GroupSettings settings;
    private StatePart memory;
    private GroupCoordinator core;
    private int nextId;

    /** A record in the log, or a marker if there is none. */
    public record Logged(long producerId, CoordinatorRecord record, boolean commit) {}

    /** An answer that may be pending. */
    public static final class Answer<R> implements CoordinatorRequest.ReplyTarget<R> {
        private R value;
        private Throwable failure;
        private int count;

        @Override
        public void succeed(R answer) {
            value = answer;
            count++;
        }

        @Override
        public void fail(Throwable refusal) {
            failure = refusal;
            count++;
        }

        public boolean isThere() {
            if (count > 1) throw new AssertionError("answered " + count + " times");
            return count == 1;
        }

        public R get() {
            if (!isThere()) throw new AssertionError("there is no answer yet");
            if (failure != null) throw new AssertionError(failure);
            return value;
        }
    }

    public TestGroups() {
        this(SETTINGS);
    }

    public TestGroups(GroupSettings settings) {
        this(settings, StatePart.unlimited());
    }

    /** @param memory the memory that the groups may take */
    public TestGroups(GroupSettings settings, StatePart memory) {
        this.settings = settings;
        this.memory = memory;
        start();
    }

    /** Restarts: a new coordinator replays the log. */
    public void restart() {
        start();
    }

    /** Restarts with another limit of memory. */
    public void restart(StatePart newMemory) {
        memory = newMemory;
        start();
    }

    private void start() {
        if (core != null) core.close();
        core = new GroupCoordinator(settings, memory, () -> new UUID(0, ++nextId), new MatchedAtOnce());
        for (Logged logged : log) {
            if (logged.record() == null) core.applyMarker(logged.producerId(), (short) 0, logged.commit());
            else if (logged.producerId() >= 0) core.applyTransactional(logged.producerId(), (short) 0, logged.record());
            else core.apply(logged.record());
        }
        core.activate(now(), this);
    }

    @Override
    public void write(List<CoordinatorRecord> records) {
        if (refusal != null) throw refusal;
        batches++;
        for (CoordinatorRecord record : records) log.add(new Logged(-1, record, false));
        records.forEach(core::apply);
    }

    @Override
    public void writeTransactional(
            long producerId, short producerEpoch, VerificationGuard guard, List<CoordinatorRecord> records) {
        if (refusal != null) throw refusal;
        for (CoordinatorRecord record : records) log.add(new Logged(producerId, record, false));
        records.forEach(record -> core.applyTransactional(producerId, producerEpoch, record));
    }

    public void marker(long producerId, boolean commit) {
        log.add(new Logged(producerId, null, commit));
        core.applyMarker(producerId, (short) 0, commit);
    }

    @Override
    public <R> void reply(CoordinatorRequest<R> to, R answer) {
        to.reply().succeed(answer);
    }

    @Override
    public void perform(CoordinatorEffect effect) {
        effects.add(effect);
    }

    private Moment now() {
        return new Moment(clock.elapsedMs(), clock.wallMs(), wallConfirmed);
    }

    public long nextDeadlineMs() {
        return core.nextDeadlineMs();
    }

    /** Lets time pass; deadlines on the way run at their own times. */
    public void pass(long ms) {
        long until = clock.elapsedMs() + ms;
        while (core.nextDeadlineMs() <= until) {
            clock.pass(Math.max(0, core.nextDeadlineMs() - clock.elapsedMs()));
            core.tick(now(), this);
        }
        clock.pass(until - clock.elapsedMs());
    }

    public <R> Answer<R> ask(GroupCommand<R> command) {
        Answer<R> answer = new Answer<>();
        try {
            core.handle(new CoordinatorRequest<>(command, Principal.ANONYMOUS, answer), now(), this);
        } catch (ApiException refused) {
            answer.fail(refused);
        }
        return answer;
    }

    // ---- the protocol in short

    /** A client that joins a group. */
    public record Joiner(String group, String memberId, String instanceId, short version, String... protocols) {
        public Joiner as(String id) {
            return new Joiner(group, id, instanceId, version, protocols);
        }

        public Joiner named(String instance) {
            return new Joiner(group, memberId, instance, version, protocols);
        }

        public Joiner speaking(String... other) {
            return new Joiner(group, memberId, instanceId, version, other);
        }

        public Joiner version(int other) {
            return new Joiner(group, memberId, instanceId, (short) other, protocols);
        }
    }

    public static Joiner joiner(String group) {
        return new Joiner(group, "", null, NEWEST, "range");
    }

    public Answer<JoinGroupResponseData> join(Joiner joiner) {
        JoinGroupRequestProtocolCollection protocols = new JoinGroupRequestProtocolCollection();
        for (String protocol : joiner.protocols()) {
            String[] parts = protocol.split("=", 2);
            byte[] metadata =
                    parts.length == 2 ? parts[1].getBytes(java.nio.charset.StandardCharsets.UTF_8) : new byte[0];
            protocols.add(new JoinGroupRequestProtocol().setName(parts[0]).setMetadata(metadata));
        }
        return ask(new GroupCommand.JoinGroup(
                new Caller("client", "/127.0.0.1", joiner.version()),
                new JoinGroupRequestData()
                        .setGroupId(joiner.group())
                        .setMemberId(joiner.memberId())
                        .setGroupInstanceId(joiner.instanceId())
                        .setSessionTimeoutMs(SESSION_MS)
                        .setRebalanceTimeoutMs(REBALANCE_MS)
                        .setProtocolType("test")
                        .setProtocols(protocols)));
    }

    /** Joins for the first time as clients do: with an empty id, then with the assigned one. */
    public Answer<JoinGroupResponseData> joinNew(Joiner joiner) {
        JoinGroupResponseData first = join(joiner).get();
        if (first.errorCode() != Errors.MEMBER_ID_REQUIRED.code()) throw new AssertionError(first);
        return join(joiner.as(first.memberId()));
    }

    public Answer<SyncGroupResponseData> sync(String group, String memberId, int generation, String... assignments) {
        SyncGroupRequestData data = new SyncGroupRequestData()
                .setGroupId(group)
                .setMemberId(memberId)
                .setGenerationId(generation);
        for (String assignment : assignments) {
            String[] parts = assignment.split("=", 2);
            data.assignments()
                    .add(new SyncGroupRequestAssignment()
                            .setMemberId(parts[0])
                            .setAssignment(parts[1].getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        }
        return ask(new GroupCommand.SyncGroup(caller(), data));
    }

    public Errors heartbeat(String group, String memberId, int generation) {
        return Errors.forCode(ask(new GroupCommand.ClassicHeartbeat(
                        caller(),
                        new HeartbeatRequestData()
                                .setGroupId(group)
                                .setMemberId(memberId)
                                .setGenerationId(generation)))
                .get()
                .errorCode());
    }

    public LeaveGroupResponseData leave(String group, MemberIdentity... members) {
        return ask(new GroupCommand.LeaveGroup(
                        caller(), new LeaveGroupRequestData().setGroupId(group).setMembers(List.of(members))))
                .get();
    }

    public Errors leave(String group, String memberId) {
        return Errors.forCode(leave(group, new MemberIdentity().setMemberId(memberId))
                .members()
                .get(0)
                .errorCode());
    }

    public static Caller caller() {
        return new Caller("client", "/127.0.0.1", NEWEST);
    }

    /** Commits one offset of {@code topic}-0. */
    public Errors commit(String group, String memberId, int generation, long offset) {
        OffsetCommitResponseData answer =
                ask(commitCommand(group, memberId, generation, offset)).get();
        return Errors.forCode(answer.topics().get(0).partitions().get(0).errorCode());
    }

    public static GroupCommand.CommitOffsets commitCommand(String group, String memberId, int generation, long offset) {
        return new GroupCommand.CommitOffsets(
                caller(),
                new OffsetCommitRequestData()
                        .setGroupId(group)
                        .setMemberId(memberId)
                        .setGenerationIdOrMemberEpoch(generation)
                        .setTopics(List.of(new OffsetCommitRequestTopic()
                                .setName("topic")
                                .setPartitions(List.of(new OffsetCommitRequestPartition()
                                        .setPartitionIndex(0)
                                        .setCommittedOffset(offset)
                                        .setCommittedMetadata("words"))))));
    }

    /** All offsets of a group. */
    public OffsetFetchResponseGroup offsets(String group, boolean stable) {
        return ask(new GroupCommand.FetchOffsets(
                        new OffsetFetchRequestGroup().setGroupId(group).setTopics(null), stable))
                .get();
    }

    /** The committed offset of {@code topic}-0, or -1. */
    public long offset(String group) {
        OffsetFetchResponseGroup all = offsets(group, false);
        return all.topics().isEmpty()
                ? -1
                : all.topics().get(0).partitions().get(0).committedOffset();
    }

    public List<ListedGroup> list() {
        return ask(new GroupCommand.ListGroups(Set.of(), Set.of(), null, 1000))
                .get()
                .groups();
    }

    public String state(String group) {
        return ask(new GroupCommand.DescribeGroup(caller(), group)).get().groupState();
    }

    /** Makes a stable group of dynamic members. Returns their ids, the leader first. */
    public List<String> stable(String group, int members) {
        List<Answer<JoinGroupResponseData>> joins = new ArrayList<>();
        for (int member = 0; member < members; member++) joins.add(joinNew(joiner(group)));
        pass(SETTINGS.initialRebalanceDelayMs() * 2L);
        List<String> ids = new ArrayList<>();
        String leader = joins.get(0).get().leader();
        ids.add(leader);
        joins.forEach(join -> {
            if (!join.get().memberId().equals(leader)) ids.add(join.get().memberId());
        });
        int generation = joins.get(0).get().generationId();
        String[] assignments = ids.stream().map(id -> id + "=of " + id).toArray(String[]::new);
        List<Answer<SyncGroupResponseData>> syncs = new ArrayList<>();
        for (int member = members - 1; member >= 0; member--) {
            syncs.add(
                    member == 0
                            ? sync(group, leader, generation, assignments)
                            : sync(group, ids.get(member), generation));
        }
        syncs.forEach(Answer::get);
        return ids;
    }
}
