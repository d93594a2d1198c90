package io.letterbox.groups.classic;

import io.letterbox.coordinator.CoordinatorContext;
import io.letterbox.coordinator.CoordinatorRecord;
import io.letterbox.coordinator.CoordinatorRequest;
import io.letterbox.error.ApiException;
import io.letterbox.groups.Deadlines;
import io.letterbox.groups.Group;
import io.letterbox.groups.GroupCommand.ClassicHeartbeat;
import io.letterbox.groups.GroupCommand.DescribeGroup;
import io.letterbox.groups.GroupCommand.JoinGroup;
import io.letterbox.groups.GroupCommand.LeaveGroup;
import io.letterbox.groups.GroupCommand.SyncGroup;
import io.letterbox.groups.GroupMemory;
import io.letterbox.groups.GroupRecords;
import io.letterbox.groups.GroupRegistry;
import io.letterbox.groups.GroupSettings;
import io.letterbox.groups.GroupType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.kafka.common.message.DescribeGroupsResponseData.DescribedGroup;
import org.apache.kafka.common.message.DescribeGroupsResponseData.DescribedGroupMember;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData.MemberIdentity;
import org.apache.kafka.common.message.LeaveGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupResponseData.MemberResponse;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData.SyncGroupRequestAssignment;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.coordinator.group.generated.GroupMetadataValue;

/** The classic groups of one coordinator. Owned by its thread. */
public final class ClassicGroups {
    private final GroupSettings settings;
    private final GroupRegistry registry;
    private final GroupMemory memory;
    private final SessionTimeouts sessions;
    private final RebalanceProtocol rebalances;
    private final JoinHandler joins;

    /** Groups whose members were not restored from the log for want of room; the activation writes that to the log. */
    private final Set<String> emptied = new LinkedHashSet<>();

    private boolean active;

    /** @param ids makes ids for new members */
    public ClassicGroups(
            GroupSettings settings,
            GroupRegistry registry,
            GroupMemory memory,
            Deadlines deadlines,
            Supplier<UUID> ids) {
        this.memory = memory;
        this.settings = settings;
        this.registry = registry;
        this.sessions = new SessionTimeouts(deadlines);
        this.rebalances = new RebalanceProtocol(settings, deadlines, sessions);
        this.joins = new JoinHandler(settings, memory, ids, rebalances, sessions);
        sessions.onExpiry(new SessionTimeouts.ExpiryListener() {
            @Override
            public void memberExpired(ClassicGroup group, ClassicMember member, CoordinatorContext context) {
                remove(group, member, context);
                afterLeaving(group, context);
            }

            @Override
            public void promiseExpired(ClassicGroup group, String memberId, CoordinatorContext context) {
                group.removePromisedId(memberId);
                rebalances.completeWhenAllJoined(group, context);
            }
        });
    }

    /** The group with an id; if there is none, makes one without members, as commits of offsets do. */
    public ClassicGroup getOrMake(String groupId, long wallMs) {
        ClassicGroup known = registry.get(groupId, ClassicGroup.class);
        if (known != null) return known;
        ClassicGroup made = new ClassicGroup(groupId, sessions, wallMs);
        registry.put(made);
        return made;
    }

    // ---- what members ask

    public void join(JoinGroup command, CoordinatorRequest<JoinGroupResponseData> ask, CoordinatorContext context) {
        JoinGroupRequestData data = command.data();
        Errors refusal = joinRefusal(data);
        if (refusal != Errors.NONE) {
            context.reply(
                    ask,
                    new JoinGroupResponseData().setMemberId(data.memberId()).setErrorCode(refusal.code()));
            return;
        }
        Group other = registry.get(data.groupId());
        if (other != null && other.type() != GroupType.CLASSIC) {
            context.write(other.tombstones());
            registry.remove(other);
        }
        boolean made = registry.get(data.groupId()) == null;
        ClassicGroup group = getOrMake(data.groupId(), context.wallMs());
        joins.join(group, command, ask, context);
        // A refused join must not leave a group behind.
        if (made && group.size() == 0 && group.promisedIds().isEmpty()) registry.remove(group);
    }

    private Errors joinRefusal(JoinGroupRequestData data) {
        if (data.groupId().isEmpty()) return Errors.INVALID_GROUP_ID;
        int session = data.sessionTimeoutMs();
        if (session < settings.minSessionTimeoutMs() || session > settings.maxSessionTimeoutMs()) {
            return Errors.INVALID_SESSION_TIMEOUT;
        }
        Group group = registry.get(data.groupId());
        boolean classic = group != null && group.type() == GroupType.CLASSIC;
        if (group != null && !classic && !group.isEmpty()) return Errors.INCONSISTENT_GROUP_PROTOCOL;
        return classic || data.memberId().isEmpty() ? Errors.NONE : Errors.UNKNOWN_MEMBER_ID;
    }

    public void sync(SyncGroup command, CoordinatorRequest<SyncGroupResponseData> ask, CoordinatorContext context) {
        SyncGroupRequestData data = command.data();
        ClassicGroup group = registry.get(data.groupId(), ClassicGroup.class);
        Errors refusal = syncRefusal(group, data);
        if (refusal != Errors.NONE) {
            context.reply(ask, new SyncGroupResponseData().setErrorCode(refusal.code()));
            return;
        }
        ClassicMember member = group.member(data.memberId());
        rebalances.synced(group, member.id());
        if (group.in(ClassicState.STABLE)) {
            context.reply(ask, RebalanceProtocol.synced(group, member));
            return;
        }
        if (member.syncing() != null) {
            context.reply(
                    member.syncing(), new SyncGroupResponseData().setErrorCode(Errors.REBALANCE_IN_PROGRESS.code()));
        }
        member.syncing(ask);
        if (group.isLeader(member.id())) assign(group, data.assignments(), context);
    }

    private static Errors syncRefusal(ClassicGroup group, SyncGroupRequestData data) {
        if (data.groupId().isEmpty()) return Errors.INVALID_GROUP_ID;
        if (group == null) return Errors.UNKNOWN_MEMBER_ID;
        Errors refusal = group.checkMember(data.memberId(), data.groupInstanceId());
        if (refusal != Errors.NONE) return refusal;
        if (data.generationId() != group.generation()) return Errors.ILLEGAL_GENERATION;
        if (differs(data.protocolType(), group.protocolType()) || differs(data.protocolName(), group.protocol())) {
            return Errors.INCONSISTENT_GROUP_PROTOCOL;
        }
        return group.in(ClassicState.PREPARING_REBALANCE) ? Errors.REBALANCE_IN_PROGRESS : Errors.NONE;
    }

    private static boolean differs(String said, String known) {
        return said != null && known != null && !said.equals(known);
    }

    private void assign(ClassicGroup group, List<SyncGroupRequestAssignment> assignments, CoordinatorContext context) {
        Map<String, byte[]> byMember = new HashMap<>();
        for (SyncGroupRequestAssignment assignment : assignments) {
            byMember.put(assignment.memberId(), assignment.assignment());
        }
        long growthBytes = 0;
        for (ClassicMember member : group.members()) {
            byte[] assignment = byMember.getOrDefault(member.id(), ClassicMember.NOTHING);
            growthBytes += assignment.length - member.assignment().length;
        }
        if (!memory.admits(growthBytes, group.id(), context)) {
            rebalances.resetAssignments(group, Errors.GROUP_MAX_SIZE_REACHED, context);
            rebalances.prepare(group, context);
            return;
        }
        for (ClassicMember member : group.members()) {
            group.assign(member, byMember.getOrDefault(member.id(), ClassicMember.NOTHING));
        }
        group.transitionTo(ClassicState.STABLE, context.wallMs());
        try {
            context.write(List.of(ClassicRecords.of(group)));
        } catch (ApiException refused) {
            group.transitionTo(ClassicState.COMPLETING_REBALANCE, context.wallMs());
            rebalances.resetAssignments(group, WriteErrors.of(refused), context);
            rebalances.prepare(group, context);
            return;
        }
        rebalances.answerSyncs(group, Errors.NONE, context);
    }

    public void heartbeat(
            ClassicHeartbeat command, CoordinatorRequest<HeartbeatResponseData> ask, CoordinatorContext context) {
        HeartbeatRequestData data = command.data();
        Errors answer = onHeartbeat(registry.get(data.groupId(), ClassicGroup.class), data, context);
        context.reply(ask, new HeartbeatResponseData().setErrorCode(answer.code()));
    }

    private Errors onHeartbeat(ClassicGroup group, HeartbeatRequestData data, CoordinatorContext context) {
        if (data.groupId().isEmpty()) return Errors.INVALID_GROUP_ID;
        if (group == null) return Errors.UNKNOWN_MEMBER_ID;
        Errors refusal = group.checkMember(data.memberId(), data.groupInstanceId());
        if (refusal != Errors.NONE) return refusal;
        if (data.generationId() != group.generation()) return Errors.ILLEGAL_GENERATION;
        sessions.restart(group, group.member(data.memberId()), context);
        return group.in(ClassicState.PREPARING_REBALANCE) ? Errors.REBALANCE_IN_PROGRESS : Errors.NONE;
    }

    public void leave(LeaveGroup command, CoordinatorRequest<LeaveGroupResponseData> ask, CoordinatorContext context) {
        String groupId = command.data().groupId();
        if (groupId.isEmpty()) {
            context.reply(ask, new LeaveGroupResponseData().setErrorCode(Errors.INVALID_GROUP_ID.code()));
            return;
        }
        ClassicGroup group = registry.get(groupId, ClassicGroup.class);
        List<MemberResponse> members = new ArrayList<>();
        boolean anyoneLeft = false;
        for (MemberIdentity identity : command.data().members()) {
            Errors result = group == null ? Errors.UNKNOWN_MEMBER_ID : leave(group, identity, context);
            anyoneLeft |= result == Errors.NONE;
            members.add(new MemberResponse()
                    .setMemberId(identity.memberId())
                    .setGroupInstanceId(identity.groupInstanceId())
                    .setErrorCode(result.code()));
        }
        if (anyoneLeft) afterLeaving(group, context);
        context.reply(ask, new LeaveGroupResponseData().setMembers(members));
    }

    private Errors leave(ClassicGroup group, MemberIdentity identity, CoordinatorContext context) {
        String memberId = identity.memberId();
        String instanceId = identity.groupInstanceId();
        if (memberId.isEmpty()) {
            // An administrator removes a static member by its name (KIP-345).
            String current = instanceId == null ? null : group.memberOf(instanceId);
            if (current == null) return Errors.UNKNOWN_MEMBER_ID;
            remove(group, group.member(current), context);
            return Errors.NONE;
        }
        if (group.promisedIds().contains(memberId)) {
            sessions.endPromise(group, memberId);
            group.remove(memberId);
            return Errors.NONE;
        }
        Errors refusal = group.checkMember(memberId, instanceId);
        if (refusal == Errors.NONE) remove(group, group.member(memberId), context);
        return refusal;
    }

    /** Removes a member; its pending requests are answered with UNKNOWN_MEMBER_ID. */
    private void remove(ClassicGroup group, ClassicMember member, CoordinatorContext context) {
        sessions.end(member);
        member.refuseWaiting(Errors.UNKNOWN_MEMBER_ID, context);
        group.remove(member.id());
    }

    private void afterLeaving(ClassicGroup group, CoordinatorContext context) {
        if (group.in(ClassicState.STABLE) || group.in(ClassicState.COMPLETING_REBALANCE)) {
            rebalances.prepare(group, context);
        } else {
            rebalances.completeWhenAllJoined(group, context);
        }
    }

    // ---- what others ask

    /** A group with its members; one that does not exist, or is of another type, is dead. */
    public DescribedGroup describe(DescribeGroup command) {
        DescribedGroup described = new DescribedGroup().setGroupId(command.groupId());
        ClassicGroup group = registry.get(command.groupId(), ClassicGroup.class);
        if (group == null) {
            described.setGroupState("Dead");
            return command.caller().version() < 6
                    ? described
                    : described
                            .setErrorCode(Errors.GROUP_ID_NOT_FOUND.code())
                            .setErrorMessage("Group " + command.groupId() + " not found.");
        }
        boolean stable = group.in(ClassicState.STABLE);
        List<DescribedGroupMember> members = new ArrayList<>();
        for (ClassicMember member : group.members()) members.add(describe(member, stable ? group.protocol() : null));
        return described
                .setGroupState(group.state())
                .setProtocolType(group.protocolType())
                .setProtocolData(stable ? group.protocol() : "")
                .setMembers(members);
    }

    /** Metadata and assignment are shown only while the members have agreed on a protocol. */
    private static DescribedGroupMember describe(ClassicMember member, String protocol) {
        return new DescribedGroupMember()
                .setMemberId(member.id())
                .setGroupInstanceId(member.origin().instanceId())
                .setClientId(member.origin().clientId())
                .setClientHost(member.origin().host())
                .setMemberMetadata(protocol == null ? ClassicMember.NOTHING : member.metadata(protocol))
                .setMemberAssignment(protocol == null ? ClassicMember.NOTHING : member.assignment());
    }

    // ---- when the server is to decide about the assignment from now on

    /** The members of a group of consumers, for its migration to a consumer group; null for any other group. */
    public ClassicGroupSnapshot migrationSnapshot(String groupId) {
        ClassicGroup group = registry.get(groupId, ClassicGroup.class);
        return group == null || !group.isOfConsumers() ? null : ClassicGroupSnapshot.of(group);
    }

    /**
     * Answers the pending requests of a group's members with REBALANCE_IN_PROGRESS, so that they join again. The group
     * itself ends with its tombstone.
     */
    public void requireRejoin(String groupId, CoordinatorContext context) {
        for (ClassicMember member : getOrMake(groupId, context.wallMs()).members()) {
            member.refuseWaiting(Errors.REBALANCE_IN_PROGRESS, context);
        }
    }

    // ---- records

    /**
     * Applies a record of a group. At replay it restores the group. After the activation records are made from the
     * group's state, so only a tombstone changes anything.
     */
    public void apply(CoordinatorRecord record) {
        String groupId = ClassicRecords.groupOf(record);
        GroupMetadataValue value = GroupRecords.value(record, new GroupMetadataValue());
        ClassicGroup known = registry.get(groupId, ClassicGroup.class);
        if (value == null) {
            if (known != null) forget(known);
        } else if (!active) {
            ClassicGroup restored = new ClassicGroup(groupId, sessions, value.currentStateTimestamp());
            ClassicRecords.restore(value, restored);
            long growthBytes = restored.weight().bytes()
                    - (known == null ? 0 : known.weight().bytes());
            if (restored.size() > 0 && !memory.hasRoom(growthBytes)) {
                // The limit may have been higher, or not have existed, when the members joined. They will join again.
                memory.dropped(restored.size());
                restored = new ClassicGroup(groupId, sessions, value.currentStateTimestamp());
                ClassicRecords.restore(
                        value.setMembers(List.of()).setLeader(null).setProtocol(null), restored);
                emptied.add(groupId);
            } else emptied.remove(groupId);
            registry.put(restored);
        }
    }

    private static void writeState(ClassicGroup group, CoordinatorContext context) {
        try {
            context.write(List.of(ClassicRecords.of(group)));
        } catch (ApiException refused) {
            // The next start will find the members in the log again, and drop them again.
            return;
        }
    }

    private void forget(ClassicGroup group) {
        for (ClassicMember member : group.members()) sessions.end(member);
        for (String memberId : group.promisedIds()) sessions.endPromise(group, memberId);
        rebalances.forget(group);
        registry.remove(group);
    }

    /** Ends the replay: sessions of all members begin. */
    public void activate(CoordinatorContext context) {
        active = true;
        for (String groupId : emptied) {
            ClassicGroup group = registry.get(groupId, ClassicGroup.class);
            if (group != null) writeState(group, context);
        }
        emptied.clear();
        for (Group group : registry.all()) {
            if (!(group instanceof ClassicGroup classic)) continue;
            for (ClassicMember member : classic.members()) sessions.restart(classic, member, context);
            // The limit may have been lowered: the rebalance refuses the members that join last.
            if (classic.size() > settings.maxMembers()) rebalances.prepare(classic, context);
        }
    }
}
