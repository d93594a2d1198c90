package io.letterbox.groups.consumer;

import io.letterbox.coordinator.CoordinatorContext;
import io.letterbox.coordinator.CoordinatorRecord;
import io.letterbox.coordinator.CoordinatorRequest;
import io.letterbox.error.ApiException;
import io.letterbox.groups.Deadlines;
import io.letterbox.groups.Group;
import io.letterbox.groups.GroupCommand.ConsumerGroupHeartbeat;
import io.letterbox.groups.GroupCommand.DescribeConsumerGroup;
import io.letterbox.groups.GroupMemory;
import io.letterbox.groups.GroupRecords;
import io.letterbox.groups.GroupRegistry;
import io.letterbox.groups.GroupServices;
import io.letterbox.groups.GroupSettings;
import io.letterbox.groups.classic.ClassicGroupSnapshot;
import io.letterbox.groups.classic.ClassicGroups;
import io.letterbox.groups.patterns.TopicMatch;
import io.letterbox.groups.patterns.TopicPatterns;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.GroupConfigKey;
import io.letterbox.metadata.NodeImage;
import io.letterbox.metadata.SettingsOwner;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.DescribedGroup;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.protocol.Errors;

/**
 * The consumer groups of one coordinator: replays their records, handles commands, removes members whose session has
 * ended. Owned by the coordinator's shard.
 */
public final class ConsumerGroups {
    private final GroupSettings settings;
    private final GroupRegistry registry;
    private final GroupMemory memory;
    private final Supplier<UUID> ids;
    private final ClassicGroups classic;
    private final ConsumerMembership membership;
    private final MemberDeadlines deadlines;
    private final ClassicProtocolAdapter classicProtocol;
    private final TopicPatterns patterns;
    private Topics topics;
    private boolean active;

    /** Groups with members whose metadata was not restored from the log for want of room. */
    private final Set<String> unreadGroups = new HashSet<>();

    /**
     * The nodes as of which it is written down whose streams have ended; null before that was done for the first time.
     */
    private Map<Integer, NodeImage> dismissedFor;

    /**
     * @param classic the classic groups, which are migrated when a client of the newer protocol joins
     * @param surroundings makes ids, and matches regular expressions
     */
    public ConsumerGroups(
            GroupSettings settings,
            GroupRegistry registry,
            GroupMemory memory,
            Deadlines deadlines,
            ClassicGroups classic,
            GroupServices surroundings) {
        this.settings = settings;
        this.registry = registry;
        this.memory = memory;
        this.ids = surroundings.ids();
        this.classic = classic;
        this.patterns = surroundings.patterns();
        this.membership = new ConsumerMembership(settings);
        this.deadlines = new MemberDeadlines(deadlines, this::sessionTimeoutMs, this::fence);
        this.classicProtocol = new ClassicProtocolAdapter(this, new ClassicMembership(settings), ids);
    }

    private int sessionTimeoutMs(String groupId) {
        return GroupConfigKey.SESSION_TIMEOUT.in(ownSettings(groupId), settings.sessionTimeoutMs());
    }

    private int heartbeatIntervalMs(String groupId) {
        return GroupConfigKey.HEARTBEAT_INTERVAL.in(ownSettings(groupId), settings.heartbeatIntervalMs());
    }

    /** The group's own settings; they take effect with its members' next heartbeats. */
    private Map<String, String> ownSettings(String groupId) {
        return topics == null ? Map.of() : topics.image().settings(SettingsOwner.group(groupId));
    }

    /** The handler of members that speak the classic protocol. */
    public ClassicProtocolAdapter classicProtocol() {
        return classicProtocol;
    }

    /**
     * Applies a record, if it is one of consumer groups.
     *
     * @param removed called with the id of a deleted group
     */
    public void apply(CoordinatorRecord record, Consumer<String> removed) {
        if (!ConsumerEventCodec.reads(GroupRecords.typeOf(record))) return;
        ConsumerEventCodec.Keyed read = ConsumerEventCodec.decode(record);
        if (read == null) return;
        ConsumerGroup group = registry.get(read.groupId(), ConsumerGroup.class);
        if (group == null) {
            // A tombstone may remain in the log after the records that it deletes.
            if (record.value() == null) return;
            group = new ConsumerGroup(read.groupId());
            registry.put(group);
        }
        event(read).applyTo(group);
        if (!(read.event() instanceof ConsumerEvent.GroupRemoved)) return;
        registry.remove(group);
        removed.accept(group.id());
    }

    /** The event to apply. During the replay, a member's metadata is left out if there is no room for it. */
    private ConsumerEvent event(ConsumerEventCodec.Keyed read) {
        boolean says = !active && read.event() instanceof ConsumerEvent.Profile profile && profile.profile() != null;
        if (!says || memory.hasRoom(1)) return read.event();
        unreadGroups.add(read.groupId());
        return new ConsumerEvent.Profile(((ConsumerEvent.Profile) read.event()).memberId(), ConsumerMember.UNREAD);
    }

    /**
     * Removes the members whose metadata was not restored for want of room; they will join again. To be called before a
     * member of the group is answered.
     */
    void removeUnread(String groupId, CoordinatorContext context) {
        if (!unreadGroups.contains(groupId)) return;
        ConsumerGroup group = registry.get(groupId, ConsumerGroup.class);
        for (ConsumerMember member : group == null ? List.<ConsumerMember>of() : List.copyOf(group.members())) {
            if (member.profile() != ConsumerMember.UNREAD) continue;
            fence(groupId, member.id(), unread -> true, context);
            memory.dropped(1);
        }
        unreadGroups.remove(groupId);
    }

    /** Handles a new image; groups compare themselves with it at their members' next heartbeats. */
    public void onImage(ClusterImage image, CoordinatorContext context) {
        if (topics == null || !topics.isOf(image)) topics = new Topics(image);
        if (active) removeDeparted(context);
    }

    /**
     * Removes members that cannot come back. If the log refuses it for want of room, it is retried with the next image,
     * or at the members' next requests.
     */
    private void removeDeparted(CoordinatorContext context) {
        Map<Integer, NodeImage> nodes = topics.image().nodes();
        if (nodes.equals(dismissedFor)) return;
        try {
            for (String groupId : List.copyOf(unreadGroups)) removeUnread(groupId, context);
            dismissStreams(stream -> stream.hasEnded(nodes), context);
            dismissedFor = nodes;
        } catch (ApiException refused) {
            // Not fatal: the members are removed when their sessions end.
        }
    }

    /**
     * Removes members that were SSE streams of a process that has ended, so that their partitions need not wait for the
     * ends of their sessions.
     */
    public void dismissStreams(Predicate<StreamMemberId> ended, CoordinatorContext context) {
        for (Group each : List.copyOf(registry.all())) {
            if (!(each instanceof ConsumerGroup group)) continue;
            for (ConsumerMember member : List.copyOf(group.members())) {
                StreamMemberId stream = StreamMemberId.of(member.id());
                if (stream == null || !ended.test(stream)) continue;
                fence(group.id(), member.id(), there -> true, context);
            }
        }
    }

    /** Ends the replay: sessions of all members begin. */
    public void activate(CoordinatorContext context) {
        active = true;
        for (Group each : registry.all()) {
            if (!(each instanceof ConsumerGroup group)) continue;
            for (ConsumerMember member : group.members()) {
                deadlines.onHeartbeat(group.id(), member, context.elapsedMs());
                deadlines.onAssignmentChanged(group.id(), member, context.elapsedMs());
            }
        }
        if (topics != null) removeDeparted(context);
    }

    /** The name of the topic that has an id; null if there is none now, or that is not known yet. */
    public String topicName(Uuid id) {
        return topics == null ? null : topics.name(id);
    }

    /** Answers a ConsumerGroupHeartbeat. */
    public void heartbeat(
            ConsumerGroupHeartbeat command,
            CoordinatorRequest<ConsumerGroupHeartbeatResponseData> ask,
            CoordinatorContext context) {
        ConsumerGroupHeartbeatResponseData answer;
        try {
            HeartbeatCheck.check(command.data(), command.caller().version());
            checkPattern(command.data().subscribedTopicRegex());
            answer = command.data().memberEpoch() < 0
                    ? leave(command.data(), context)
                    : joinOrHeartbeat(command, context);
        } catch (ConsumerRefusal refusal) {
            answer = new ConsumerGroupHeartbeatResponseData()
                    .setErrorCode(refusal.error().code())
                    .setErrorMessage(refusal.getMessage());
        }
        context.reply(ask, answer);
    }

    private void checkPattern(String regex) {
        if (regex == null || regex.isEmpty()) return;
        String refusal =
                patterns.find(regex, topics.image()).map(TopicMatch::refusal).orElse(null);
        if (refusal != null) throw new ConsumerRefusal(Errors.INVALID_REGULAR_EXPRESSION, refusal);
    }

    private ConsumerGroupHeartbeatResponseData joinOrHeartbeat(
            ConsumerGroupHeartbeat command, CoordinatorContext context) {
        ConsumerGroupHeartbeatRequestData data = command.data();
        boolean joins = data.memberEpoch() == HeartbeatCheck.JOIN_EPOCH;
        removeUnread(data.groupId(), context);
        Rebalance rebalance = joins ? rebalanceOrBegin(data.groupId(), context) : rebalance(data.groupId(), context);
        GroupChange change = rebalance.change();
        String memberId = data.memberId().isEmpty() ? ids.get().toString() : data.memberId();
        ConsumerMember before = change.group().member(memberId);
        membership.heartbeat(rebalance, memberId, command.caller(), data);
        ConsumerGroup group = commitWithinLimit(change, memberId, context);
        ConsumerMember member = group.member(memberId);
        if (change.isMigration())
            group.members().forEach(guest -> deadlines.onHeartbeat(group.id(), guest, context.elapsedMs()));
        deadlines.onHeartbeat(group.id(), member, context.elapsedMs());
        boolean stepped = before == null || !before.current().equals(member.current());
        if (stepped) deadlines.onAssignmentChanged(group.id(), member, context.elapsedMs());
        boolean everything = joins
                || data.rebalanceTimeoutMs() != -1
                        && (data.subscribedTopicNames() != null || data.subscribedTopicRegex() != null)
                        && data.topicPartitions() != null;
        return HeartbeatAnswer.of(member, heartbeatIntervalMs(group.id()), everything || stepped);
    }

    private ConsumerGroupHeartbeatResponseData leave(
            ConsumerGroupHeartbeatRequestData data, CoordinatorContext context) {
        Rebalance rebalance = rebalance(data.groupId(), context);
        ConsumerMembership.leave(rebalance, data);
        ConsumerGroup group = commit(rebalance.change(), context);
        // A static member that left for a while has one session timeout to come back.
        if (data.memberEpoch() == ConsumerMember.AWAY_EPOCH) {
            deadlines.onAssignmentChanged(group.id(), group.member(data.memberId()), context.elapsedMs());
        } else {
            deadlines.cancelAll(group.id(), data.memberId());
        }
        return new ConsumerGroupHeartbeatResponseData()
                .setMemberId(data.memberId())
                .setMemberEpoch(data.memberEpoch());
    }

    /** Answers a ConsumerGroupDescribe. */
    public void describe(
            DescribeConsumerGroup command, CoordinatorRequest<DescribedGroup> ask, CoordinatorContext context) {
        ConsumerGroup group = registry.get(command.groupId(), ConsumerGroup.class);
        context.reply(
                ask,
                group == null ? ConsumerDescription.none(command.groupId()) : ConsumerDescription.of(group, topics));
    }

    /** Removes a member that missed a deadline. */
    private void fence(String groupId, String memberId, Predicate<ConsumerMember> where, CoordinatorContext context) {
        ConsumerGroup group = registry.get(groupId, ConsumerGroup.class);
        ConsumerMember member = group == null ? null : group.member(memberId);
        if (member == null || !where.test(member)) return;
        Rebalance rebalance = rebalance(group, context);
        rebalance.change().removeMember(memberId);
        rebalance.afterDeparture();
        commit(rebalance.change(), context);
        deadlines.cancelAll(groupId, memberId);
    }

    // Used by ClassicProtocolAdapter, too.

    Topics topics() {
        return topics;
    }

    MemberDeadlines deadlines() {
        return deadlines;
    }

    /**
     * Commits the request of a member that joins or changes its metadata.
     *
     * @throws ConsumerRefusal GROUP_MAX_SIZE_REACHED if there is no memory for it
     */
    ConsumerGroup commitWithinLimit(GroupChange change, String memberId, CoordinatorContext context) {
        ConsumerGroup present = registry.get(change.group().id(), ConsumerGroup.class);
        ConsumerMember before = present == null ? null : present.member(memberId);
        ConsumerMember after = change.group().member(memberId);
        // Only changed metadata is checked: an assignment follows from subscriptions for which there was room.
        boolean asksForMore = before == null || !before.profile().equals(after.profile());
        if (asksForMore
                && !memory.admits(change.growthBytes(registry), change.group().id(), context)) {
            throw new ConsumerRefusal(Errors.GROUP_MAX_SIZE_REACHED, memory.shortage());
        }
        return commit(change, context);
    }

    ConsumerGroup commit(GroupChange change, CoordinatorContext context) {
        return change.commit(registry, context);
    }

    /** @throws ConsumerRefusal UNKNOWN_MEMBER_ID if there is no such group */
    Rebalance rebalance(String groupId, CoordinatorContext context) {
        return rebalance(group(groupId), context);
    }

    private Rebalance rebalance(ConsumerGroup group, CoordinatorContext context) {
        return new Rebalance(new GroupChange(group), topics, patterns, context.wallMs());
    }

    /** @throws ConsumerRefusal UNKNOWN_MEMBER_ID if there is no such group, because then it has no members */
    ConsumerGroup group(String groupId) {
        ConsumerGroup group = registry.get(groupId, ConsumerGroup.class);
        if (group != null) return group;
        throw new ConsumerRefusal(
                Errors.UNKNOWN_MEMBER_ID, "There is no group " + groupId + " of this kind, so nobody is in it.");
    }

    /** The change for a join: the group may not exist yet, or be a classic one. */
    private Rebalance rebalanceOrBegin(String groupId, CoordinatorContext context) {
        Group present = registry.get(groupId);
        if (present instanceof ConsumerGroup group) return rebalance(group, context);
        Rebalance rebalance = rebalance(new ConsumerGroup(groupId), context);
        if (present == null) return rebalance;
        rebalance.change().replaces(present.tombstones());
        if (present.isEmpty()) return rebalance;
        ClassicGroupSnapshot snapshot = classic.migrationSnapshot(groupId);
        if (snapshot == null || !ClassicGroupMigration.isPossible(snapshot, settings.maxMembers())) {
            throw new ConsumerRefusal(
                    Errors.GROUP_ID_NOT_FOUND,
                    "Group " + groupId + " has members whose protocol the server cannot speak for them; it is no"
                            + " consumer group.");
        }
        ClassicGroupMigration.begin(rebalance.change(), snapshot, topics);
        rebalance.change().setMigration(() -> classic.requireRejoin(groupId, context));
        return rebalance;
    }
}
