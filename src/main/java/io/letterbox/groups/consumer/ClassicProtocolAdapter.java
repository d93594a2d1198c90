package io.letterbox.groups.consumer;

import io.letterbox.coordinator.CoordinatorContext;
import io.letterbox.coordinator.CoordinatorRequest;
import io.letterbox.groups.GroupCommand;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupResponseData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.Errors;

/**
 * Answers members of a consumer group that speak the classic protocol. Every request is answered at once, because
 * members do not wait for each other. Owned by the coordinator's shard.
 */
public final class ClassicProtocolAdapter {
    /** From this version on, a new member gets an id first and has to join again with it (KIP-394). */
    private static final short MEMBER_ID_REQUIRED_VERSION = 4;

    private final ConsumerGroups groups;
    private final ClassicMembership membership;
    private final Supplier<UUID> ids;

    ClassicProtocolAdapter(ConsumerGroups groups, ClassicMembership membership, Supplier<UUID> ids) {
        this.groups = groups;
        this.membership = membership;
        this.ids = ids;
    }

    /** Answers a JoinGroup. */
    public void join(
            GroupCommand.JoinGroup command, CoordinatorRequest<JoinGroupResponseData> ask, CoordinatorContext context) {
        JoinGroupRequestData data = command.data();
        String memberId = data.memberId().isEmpty() ? command.caller().clientId() + "-" + ids.get() : data.memberId();
        JoinGroupResponseData answer;
        try {
            answer = needsId(command)
                    ? refusedJoin(Errors.MEMBER_ID_REQUIRED, memberId)
                    : join(memberId, command, context);
        } catch (ConsumerRefusal refusal) {
            answer = refusedJoin(refusal.error(), data.memberId());
        }
        context.reply(ask, answer);
    }

    private static boolean needsId(GroupCommand.JoinGroup command) {
        return command.data().memberId().isEmpty()
                && command.data().groupInstanceId() == null
                && command.caller().version() >= MEMBER_ID_REQUIRED_VERSION;
    }

    private static JoinGroupResponseData refusedJoin(Errors error, String memberId) {
        return new JoinGroupResponseData()
                .setErrorCode(error.code())
                .setMemberId(memberId)
                .setGenerationId(-1)
                .setProtocolName("");
    }

    private JoinGroupResponseData join(String memberId, GroupCommand.JoinGroup command, CoordinatorContext context) {
        groups.removeUnread(command.data().groupId(), context);
        Rebalance rebalance = groups.rebalance(command.data().groupId(), context);
        membership.join(rebalance, memberId, command.caller(), command.data());
        ConsumerGroup group = groups.commitWithinLimit(rebalance.change(), memberId, context);
        ConsumerMember member = group.member(memberId);
        groups.deadlines().onHeartbeat(group.id(), member, context.elapsedMs());
        groups.deadlines().onJoined(group.id(), member, context.elapsedMs());
        return new JoinGroupResponseData()
                .setMemberId(memberId)
                .setGenerationId(member.current().epoch())
                .setProtocolType(ConsumerProtocol.PROTOCOL_TYPE)
                .setProtocolName(member.classicProtocol().name());
    }

    /** Answers a SyncGroup. */
    public void sync(
            GroupCommand.SyncGroup command, CoordinatorRequest<SyncGroupResponseData> ask, CoordinatorContext context) {
        SyncGroupResponseData answer;
        try {
            answer = sync(command.data(), context);
        } catch (ConsumerRefusal refusal) {
            answer = new SyncGroupResponseData().setErrorCode(refusal.error().code());
        }
        context.reply(ask, answer);
    }

    private SyncGroupResponseData sync(SyncGroupRequestData data, CoordinatorContext context) {
        groups.removeUnread(data.groupId(), context);
        ConsumerGroup group = groups.group(data.groupId());
        ConsumerMember member =
                ClassicMembership.present(group, data.memberId(), data.groupInstanceId(), data.generationId());
        ClassicMembership.checkProtocol(member, data);
        if (member.current().epoch() < group.epoch() && member.current().state() != MemberState.UNREVOKED_PARTITIONS) {
            groups.deadlines().onRejoinRequired(group.id(), member, context.elapsedMs());
            throw new ConsumerRefusal(Errors.REBALANCE_IN_PROGRESS, "Another epoch has begun; join again.");
        }
        groups.deadlines().onHeartbeat(group.id(), member, context.elapsedMs());
        groups.deadlines().onSynced(group.id(), member);
        return new SyncGroupResponseData()
                .setProtocolType(ConsumerProtocol.PROTOCOL_TYPE)
                .setProtocolName(member.classicProtocol().name())
                .setAssignment(ClassicMembership.assignment(member, groups.topics()));
    }

    /** Answers a Heartbeat. */
    public void heartbeat(
            GroupCommand.ClassicHeartbeat command,
            CoordinatorRequest<HeartbeatResponseData> ask,
            CoordinatorContext context) {
        Errors error = Errors.NONE;
        try {
            groups.removeUnread(command.data().groupId(), context);
            ConsumerGroup group = groups.group(command.data().groupId());
            ConsumerMember member = ClassicMembership.present(
                    group,
                    command.data().memberId(),
                    command.data().groupInstanceId(),
                    command.data().generationId());
            // Compares with the cluster here, too: if all members speak the classic protocol, there are no other
            // heartbeats.
            Rebalance rebalance = groups.rebalance(group.id(), context);
            rebalance.updateTargets(false);
            group = groups.commit(rebalance.change(), context);
            groups.deadlines().onHeartbeat(group.id(), member, context.elapsedMs());
            if (ClassicMembership.hasToRejoin(group, member)) {
                groups.deadlines().onRejoinRequired(group.id(), member, context.elapsedMs());
                error = Errors.REBALANCE_IN_PROGRESS;
            }
        } catch (ConsumerRefusal refusal) {
            error = refusal.error();
        }
        context.reply(ask, new HeartbeatResponseData().setErrorCode(error.code()));
    }

    /** Answers a LeaveGroup. */
    public void leave(
            GroupCommand.LeaveGroup command,
            CoordinatorRequest<LeaveGroupResponseData> ask,
            CoordinatorContext context) {
        LeaveGroupRequestData data = command.data();
        Rebalance rebalance = groups.rebalance(data.groupId(), context);
        GroupChange change = rebalance.change();
        List<LeaveGroupResponseData.MemberResponse> members = new ArrayList<>();
        List<String> left = new ArrayList<>();
        for (LeaveGroupRequestData.MemberIdentity who : data.members()) {
            LeaveGroupResponseData.MemberResponse answer = new LeaveGroupResponseData.MemberResponse()
                    .setMemberId(who.memberId())
                    .setGroupInstanceId(who.groupInstanceId());
            members.add(answer);
            try {
                ConsumerMember member = leaving(change.group(), who);
                change.removeMember(member.id());
                left.add(member.id());
                answer.setMemberId(member.id());
            } catch (ConsumerRefusal refusal) {
                answer.setErrorCode(refusal.error().code());
            }
        }
        if (!left.isEmpty()) {
            rebalance.afterDeparture();
            groups.commit(change, context);
            for (String memberId : left) groups.deadlines().cancelAll(data.groupId(), memberId);
        }
        context.reply(ask, new LeaveGroupResponseData().setMembers(members));
    }

    /** The member that leaves. An administrator may remove a static member by its instance id alone. */
    private static ConsumerMember leaving(ConsumerGroup group, LeaveGroupRequestData.MemberIdentity who) {
        if (who.memberId().isEmpty() && who.groupInstanceId() != null) {
            ConsumerMember named = group.staticMember(who.groupInstanceId());
            if (named != null) return ClassicMembership.classic(named);
        }
        return ClassicMembership.classic(ConsumerMembership.present(group, who.memberId(), who.groupInstanceId()));
    }
}
