package io.letterbox.sse;

import io.letterbox.access.Principal;
import io.letterbox.bus.Coordinators;
import io.letterbox.groups.Caller;
import io.letterbox.groups.GroupCommand;
import io.letterbox.groups.consumer.StreamMemberId;
import io.letterbox.groups.consumer.Topics;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseTopics;
import org.apache.kafka.common.protocol.Errors;

/**
 * The member of a consumer group that a stream is to its coordinator (KIP-848). Each heartbeat repeats everything,
 * because that costs nothing within a process. Owned by one event loop.
 */
final class GroupMember {
    private static final String CLIENT_ID = "sse";
    private static final int LEAVE_EPOCH = -1;

    /** The first version of OffsetCommit with member epochs. */
    private static final short VERSION = 9;

    /**
     * A coordinator's answer to a heartbeat.
     *
     * @param detail the error message, or null
     * @param assigned the partitions that the member may read
     * @param askedTick when it was asked
     * @param heartbeatIntervalMs the longest time until the next heartbeat
     */
    record HeartbeatAnswer(
            Errors error, String detail, SortedSet<TopicPartition> assigned, int askedTick, int heartbeatIntervalMs) {}

    private final Coordinators coordinators;
    private final DeliveryLoop loop;
    private final Principal principal;
    private final Caller caller;
    private final String groupId;
    private final String replaces;
    private final List<String> topics;
    private final Supplier<StreamMemberId> ids;
    private StreamMemberId id;
    private int epoch;

    /** The numbers of the last heartbeat, and of the last one that was answered. */
    private int asked;

    private int answered;

    /**
     * A member that has not joined yet.
     *
     * @param ids generates the member ids of this node's streams
     * @param host where the client is, as groups show it
     */
    GroupMember(
            Coordinators coordinators,
            DeliveryLoop loop,
            Supplier<StreamMemberId> ids,
            String host,
            SubscribeRequest request) {
        this.coordinators = coordinators;
        this.principal = request.principal();
        this.loop = loop;
        this.caller = new Caller(CLIENT_ID, "/" + host, VERSION);
        this.groupId = request.group().id();
        this.replaces = request.group().replaces();
        this.topics = request.subscription().topics();
        this.ids = ids;
        this.id = ids.get();
    }

    String id() {
        return id.text();
    }

    int epoch() {
        return epoch;
    }

    /**
     * Forgets the membership after the coordinator has removed the member. The next heartbeat joins again, with another
     * id if the present one contains an earlier epoch of the node, because the member joined before the node had
     * registered.
     */
    void forget() {
        epoch = 0;
        StreamMemberId now = ids.get();
        if (now.epoch() != id.epoch()) id = now;
    }

    /**
     * Sends a heartbeat, which joins the group at first. Fails if there is no coordinator, and if a later heartbeat was
     * answered first, because the earlier one's answer has an outdated epoch then.
     */
    Future<HeartbeatAnswer> heartbeat(Collection<TopicPartition> owned) {
        ConsumerGroupHeartbeatRequestData data = new ConsumerGroupHeartbeatRequestData()
                .setGroupId(groupId)
                .setMemberId(id())
                .setMemberEpoch(epoch)
                .setRebalanceTimeoutMs(DeliveryLimits.GROUP_REBALANCE_MS)
                .setSubscribedTopicNames(topics)
                .setTopicPartitions(byId(owned));
        int number = ++asked;
        int tick = loop.tick();
        return coordinators
                .ask(new GroupCommand.ConsumerGroupHeartbeat(caller, data), principal)
                .map(answer -> {
                    if (number < answered) throw Errors.COORDINATOR_NOT_AVAILABLE.exception();
                    answered = number;
                    return read(answer, tick);
                });
    }

    private HeartbeatAnswer read(ConsumerGroupHeartbeatResponseData data, int tick) {
        Errors error = Errors.forCode(data.errorCode());
        SortedSet<TopicPartition> assigned = new TreeSet<>();
        int intervalMs = data.heartbeatIntervalMs();
        if (error != Errors.NONE) return new HeartbeatAnswer(error, data.errorMessage(), assigned, tick, intervalMs);
        epoch = data.memberEpoch();
        for (ConsumerGroupHeartbeatResponseData.TopicPartitions given :
                data.assignment().topicPartitions()) {
            for (String topic : topics) {
                TopicImage known = loop.image().topics().get(topic);
                // A topic id that the image does not have, not yet or no more, is skipped; the next answer names it
                // again.
                if (known == null || !Topics.id(known).equals(given.topicId())) continue;
                for (int partition : given.partitions()) assigned.add(new TopicPartition(topic, partition));
            }
        }
        return new HeartbeatAnswer(error, null, assigned, tick, intervalMs);
    }

    private List<ConsumerGroupHeartbeatRequestData.TopicPartitions> byId(Collection<TopicPartition> owned) {
        Map<String, List<Integer>> byTopic = byTopic(owned);
        List<ConsumerGroupHeartbeatRequestData.TopicPartitions> all = new ArrayList<>();
        byTopic.forEach((topic, partitions) -> {
            TopicImage known = loop.image().topics().get(topic);
            if (known == null) return;
            all.add(new ConsumerGroupHeartbeatRequestData.TopicPartitions()
                    .setTopicId(Topics.id(known))
                    .setPartitions(partitions));
        });
        return all;
    }

    private static Map<String, List<Integer>> byTopic(Collection<TopicPartition> partitions) {
        Map<String, List<Integer>> byTopic = new TreeMap<>();
        for (TopicPartition each : partitions) {
            byTopic.computeIfAbsent(each.topic(), t -> new ArrayList<>()).add(each.partition());
        }
        return byTopic;
    }

    /** Commits offsets of the group; NONE, or the first error. */
    Future<Errors> commit(Map<TopicPartition, Long> offsets) {
        if (offsets.isEmpty()) return Future.succeededFuture(Errors.NONE);
        Map<String, List<Integer>> byTopic = byTopic(new TreeSet<>(offsets.keySet()));
        List<OffsetCommitRequestTopic> all = new ArrayList<>();
        byTopic.forEach((topic, partitions) -> {
            TopicImage known = loop.image().topics().get(topic);
            if (known == null) return;
            OffsetCommitRequestTopic of =
                    new OffsetCommitRequestTopic().setName(topic).setTopicId(Topics.id(known));
            for (int partition : partitions) {
                of.partitions()
                        .add(new OffsetCommitRequestPartition()
                                .setPartitionIndex(partition)
                                .setCommittedOffset(offsets.get(new TopicPartition(topic, partition)))
                                .setCommittedMetadata(""));
            }
            all.add(of);
        });
        OffsetCommitRequestData data = new OffsetCommitRequestData()
                .setGroupId(groupId)
                .setMemberId(id())
                .setGenerationIdOrMemberEpoch(epoch)
                .setTopics(all);
        return coordinators
                .ask(new GroupCommand.CommitOffsets(caller, data), principal)
                .map(answer -> answer.topics().stream()
                        .flatMap(topic -> topic.partitions().stream())
                        .map(partition -> Errors.forCode(partition.errorCode()))
                        .filter(error -> error != Errors.NONE)
                        .findFirst()
                        .orElse(Errors.NONE));
    }

    /** The group's committed offsets; partitions without one are left out. Fails if they are not stable now. */
    Future<Map<TopicPartition, Long>> committed(Collection<TopicPartition> partitions) {
        List<OffsetFetchRequestTopics> asked = new ArrayList<>();
        byTopic(partitions)
                .forEach((topic, of) ->
                        asked.add(new OffsetFetchRequestTopics().setName(topic).setPartitionIndexes(of)));
        OffsetFetchRequestGroup data = new OffsetFetchRequestGroup()
                .setGroupId(groupId)
                .setMemberId(id())
                .setMemberEpoch(epoch)
                .setTopics(asked);
        return coordinators
                .ask(new GroupCommand.FetchOffsets(data, true), principal)
                .map(GroupMember::offsets);
    }

    private static Map<TopicPartition, Long> offsets(OffsetFetchResponseGroup answer) {
        check(answer.errorCode());
        Map<TopicPartition, Long> offsets = new HashMap<>();
        for (OffsetFetchResponseTopics topic : answer.topics()) {
            topic.partitions().forEach(partition -> {
                check(partition.errorCode());
                if (partition.committedOffset() < 0) return;
                offsets.put(new TopicPartition(topic.name(), partition.partitionIndex()), partition.committedOffset());
            });
        }
        return offsets;
    }

    private static void check(short error) {
        if (error != Errors.NONE.code()) throw Errors.forCode(error).exception();
    }

    /** Leaves the group. */
    Future<Void> leave() {
        return remove(id());
    }

    /** Has the member leave that this one replaces, if there is one; never fails. */
    Future<Void> takeOver() {
        return replaces == null ? Future.succeededFuture() : remove(replaces).otherwiseEmpty();
    }

    private Future<Void> remove(String member) {
        ConsumerGroupHeartbeatRequestData data = new ConsumerGroupHeartbeatRequestData()
                .setGroupId(groupId)
                .setMemberId(member)
                .setMemberEpoch(LEAVE_EPOCH);
        return coordinators
                .ask(new GroupCommand.ConsumerGroupHeartbeat(caller, data), principal)
                .mapEmpty();
    }
}
