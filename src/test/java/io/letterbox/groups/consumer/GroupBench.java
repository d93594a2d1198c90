package io.letterbox.groups.consumer;

import io.letterbox.access.Principal;
import io.letterbox.coordinator.CoordinatorEffect;
import io.letterbox.coordinator.CoordinatorOutbox;
import io.letterbox.coordinator.CoordinatorRecord;
import io.letterbox.coordinator.CoordinatorRequest;
import io.letterbox.error.ApiException;
import io.letterbox.error.VerificationGuard;
import io.letterbox.groups.Caller;
import io.letterbox.groups.GroupCommand;
import io.letterbox.groups.GroupSettings;
import io.letterbox.groups.coordinator.GroupCoordinator;
import io.letterbox.groups.patterns.MatchedAtOnce;
import io.letterbox.memory.StatePart;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.Endpoint;
import io.letterbox.metadata.NodeImage;
import io.letterbox.metadata.PartitionImage;
import io.letterbox.metadata.SettingsOwner;
import io.letterbox.metadata.TopicImage;
import io.letterbox.time.Moment;
import io.letterbox.time.TestClock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.DescribedGroup;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;

/** A coordinator of groups on a log in memory. The test lets time pass; a restart replays the log. */
public final class GroupBench implements CoordinatorOutbox {
    public static final int SESSION_MS = 45_000;
    public static final int HEARTBEAT_MS = 5000;
    public static final int MAX_MEMBERS = 100;
    private static final PartitionImage PARTITION = new PartitionImage(0, 1, 0, List.of(1), List.of(1));
    private static final GroupSettings SETTINGS =
            new GroupSettings(0, 1000, 600_000, SESSION_MS, HEARTBEAT_MS, MAX_MEMBERS, 86_400_000);

    private final List<CoordinatorRecord> log = new ArrayList<>();
    private final TreeMap<String, TopicImage> topics = new TreeMap<>();
    private final SortedMap<SettingsOwner, SortedMap<String, String>> settings = new TreeMap<>();
    private final Map<Integer, NodeImage> nodes = new TreeMap<>();
    /** While it is set, the log takes nothing. */
    ApiException refusal;

    private StatePart memory = StatePart.unlimited();
    private final MatchedAtOnce patterns = new MatchedAtOnce();
    private GroupCoordinator core;
    private long imageVersion = 1;
    private long ids;
    private long nowMs = 1_000_000;
    private long wallAheadMs = TestClock.WALL_MS;

    public GroupBench() {
        restart();
    }

    private Moment now() {
        return new Moment(nowMs, nowMs + wallAheadMs);
    }

    /** Sets the wall clock. */
    void step(long ms) {
        wallAheadMs += ms;
    }

    /** Restarts with another limit of memory for groups. */
    public void restart(StatePart newMemory) {
        memory = newMemory;
        restart();
    }

    /** The matcher of regular expressions. */
    MatchedAtOnce patterns() {
        return patterns;
    }

    /** Restarts: a new coordinator replays the log. */
    public void restart() {
        if (core != null) core.close();
        core = new GroupCoordinator(SETTINGS, memory, () -> new UUID(7, ids++), patterns);
        for (CoordinatorRecord record : log) core.apply(record);
        core.activate(now(), this);
        follow();
    }

    /** Makes a topic, or adds partitions to it. */
    public Uuid topic(String name, int partitions) {
        UUID id = topics.containsKey(name) ? topics.get(name).id() : new UUID(name.hashCode(), 1000 + ids++);
        topics.put(name, new TopicImage(name, id, Collections.nCopies(partitions, PARTITION), null));
        follow();
        return Topics.id(topics.get(name));
    }

    public void deleteTopic(String name) {
        topics.remove(name);
        follow();
    }

    public Uuid topicId(String name) {
        return Topics.id(topics.get(name));
    }

    public int partitions(String name) {
        return topics.get(name).partitions().size();
    }

    public Map<String, TopicImage> topics() {
        return topics;
    }

    private void follow() {
        ask(new GroupCommand.ImageChanged(
                new ClusterImage(imageVersion++, "cluster", Map.copyOf(nodes), new TreeMap<>(topics))
                        .withSettings(new TreeMap<>(settings))));
    }

    /** A node starts; returns its epoch. */
    public long register(int node) {
        long epoch = imageVersion;
        nodes.put(node, new NodeImage(node, new Endpoint("h", 80), Endpoint.NONE, false, epoch));
        follow();
        return epoch;
    }

    /** Changes a setting of a group at runtime. */
    public void set(String groupId, String key, String value) {
        settings.put(SettingsOwner.group(groupId), new TreeMap<>(Map.of(key, value)));
        follow();
    }

    public long nowMs() {
        return nowMs;
    }

    /** Lets time pass; deadlines run at their times. */
    public void advance(long ms) {
        long endMs = nowMs + ms;
        for (long next; (next = core.nextDeadlineMs()) <= endMs; ) {
            nowMs = Math.max(nowMs, next);
            core.tick(now(), this);
        }
        nowMs = endMs;
    }

    public <R> Answer<R> send(GroupCommand<R> command) {
        Answer<R> answer = new Answer<>();
        core.handle(new CoordinatorRequest<>(command, Principal.ANONYMOUS, answer), now(), this);
        return answer;
    }

    /** Sends a command that is answered at once. */
    public <R> R ask(GroupCommand<R> command) {
        Answer<R> answer = send(command);
        if (!(command instanceof GroupCommand.ImageChanged) && answer.value == null) {
            throw new AssertionError("No answer to " + command);
        }
        return answer.value;
    }

    public ConsumerGroupHeartbeatResponseData heartbeat(ConsumerGroupHeartbeatRequestData data) {
        return ask(new GroupCommand.ConsumerGroupHeartbeat(new Caller("client", "/127.0.0.1", (short) 1), data));
    }

    public DescribedGroup describe(String groupId) {
        return ask(new GroupCommand.DescribeConsumerGroup(groupId));
    }

    /** All records that were ever written. */
    public List<CoordinatorRecord> log() {
        return log;
    }

    @Override
    public void write(List<CoordinatorRecord> records) {
        if (refusal != null) throw refusal;
        for (CoordinatorRecord record : records) {
            log.add(record);
            core.apply(record);
        }
    }

    @Override
    public void writeTransactional(
            long producerId, short producerEpoch, VerificationGuard guard, List<CoordinatorRecord> records) {
        throw new AssertionError("Nobody has a transaction here");
    }

    @Override
    public <R> void reply(CoordinatorRequest<R> to, R answer) {
        to.reply().succeed(answer);
    }

    @Override
    public void perform(CoordinatorEffect effect) {
        throw new AssertionError("Groups have no effects");
    }

    /** Receives one answer, now or later. */
    public static final class Answer<R> implements CoordinatorRequest.ReplyTarget<R> {
        private R value;

        public R value() {
            return value;
        }

        @Override
        public void succeed(R answer) {
            if (value != null) throw new AssertionError("Answered twice");
            value = answer;
        }

        @Override
        public void fail(Throwable refusal) {
            throw new AssertionError(refusal);
        }
    }
}
