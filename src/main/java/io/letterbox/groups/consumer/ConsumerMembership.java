package io.letterbox.groups.consumer;

import io.letterbox.groups.Caller;
import io.letterbox.groups.GroupSettings;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMemberMetadataValue;

/**
 * The rules by which members join, stay in and leave a group with ConsumerGroupHeartbeat. Decides on changes; does not
 * write or answer. Immutable.
 */
final class ConsumerMembership {
    private final GroupSettings settings;

    ConsumerMembership(GroupSettings settings) {
        this.settings = settings;
    }

    /**
     * Processes a heartbeat, up to the member's next step of the reconciliation.
     *
     * @param memberId the id in the request, or the one that was made for it
     * @throws ConsumerRefusal UNKNOWN_MEMBER_ID, FENCED_MEMBER_EPOCH, UNRELEASED_INSTANCE_ID, FENCED_INSTANCE_ID,
     *     GROUP_MAX_SIZE_REACHED
     */
    void heartbeat(Rebalance rebalance, String memberId, Caller caller, ConsumerGroupHeartbeatRequestData data) {
        GroupChange change = rebalance.change();
        PartitionSet owned = HeartbeatCheck.owned(data);
        boolean joins = data.memberEpoch() == HeartbeatCheck.JOIN_EPOCH;
        if (joins) join(change, memberId, data.instanceId());
        else checkMember(change.group(), memberId, data, owned);
        ConsumerMember member = change.group().member(memberId);
        ConsumerGroupMemberMetadataValue profile = merged(member, caller, data);
        boolean changed = member == null || !hasSameTopics(member.profile(), profile);
        if (member == null || !profile.equals(member.profile())) {
            change.add(new ConsumerEvent.Profile(memberId, profile));
        }
        rebalance.updateTargets(changed || prefersOther(member, profile));
        rebalance.reconcile(memberId, owned);
    }

    /** Prepares the group for a member that joins or comes back. */
    private void join(GroupChange change, String memberId, String instanceId) {
        ConsumerGroup group = change.group();
        ConsumerMember present = instanceId == null ? group.member(memberId) : group.staticMember(instanceId);
        if (present == null) {
            ConsumerMember namesake = group.member(memberId);
            if (namesake == null) checkRoom(group, settings.maxMembers());
            else change.removeMember(memberId);
            return;
        }
        if (!present.id().equals(memberId)) {
            boolean released = present.current().epoch() == ConsumerMember.AWAY_EPOCH || present.isClassic();
            if (!released) {
                throw new ConsumerRefusal(
                        Errors.UNRELEASED_INSTANCE_ID,
                        "The instance id " + instanceId + " is in use by member " + present.id() + ".");
            }
            replace(change, present, memberId);
            return;
        }
        // A member that joins owns nothing: it was fenced, or lost the answer to its first join.
        if (!present.current().equals(CurrentAssignment.NONE)) {
            change.add(new ConsumerEvent.Current(memberId, CurrentAssignment.NONE));
        }
    }

    /** @throws ConsumerRefusal GROUP_MAX_SIZE_REACHED */
    static void checkRoom(ConsumerGroup group, int maxMembers) {
        if (group.size() < maxMembers) return;
        throw new ConsumerRefusal(
                Errors.GROUP_MAX_SIZE_REACHED,
                "Group " + group.id() + " has as many members as it may have (groups.maxMembers is " + maxMembers
                        + ").");
    }

    /** Replaces a static member by its new incarnation, which gets its metadata and assignments. */
    static void replace(GroupChange change, ConsumerMember former, String memberId) {
        PartitionSet target = change.group().target(former.id());
        change.removeMember(former.id());
        change.add(new ConsumerEvent.Profile(memberId, former.profile()));
        change.add(new ConsumerEvent.Target(memberId, target));
        PartitionSet assigned = former.current().assigned();
        change.add(new ConsumerEvent.Current(
                memberId, new CurrentAssignment(0, 0, MemberState.STABLE, assigned, PartitionSet.EMPTY)));
    }

    private static void checkMember(
            ConsumerGroup group, String memberId, ConsumerGroupHeartbeatRequestData data, PartitionSet owned) {
        ConsumerMember member = present(group, memberId, data.instanceId());
        CurrentAssignment current = member.current();
        if (data.memberEpoch() == current.epoch()) return;
        // The answer with the new epoch may have been lost; then the member owns no more than before.
        boolean repeats = data.memberEpoch() == current.previousEpoch()
                && owned != null
                && current.assigned().containsAll(owned);
        if (data.memberEpoch() < current.epoch() && repeats) return;
        throw new ConsumerRefusal(
                Errors.FENCED_MEMBER_EPOCH,
                "Member " + memberId + " is in epoch " + current.epoch() + ", not " + data.memberEpoch()
                        + "; it has to give up its partitions and join again.");
    }

    /**
     * The member that a request names.
     *
     * @throws ConsumerRefusal UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID
     */
    static ConsumerMember present(ConsumerGroup group, String memberId, String instanceId) {
        ConsumerMember member = instanceId == null ? group.member(memberId) : group.staticMember(instanceId);
        if (member == null) {
            String who = instanceId == null ? "member " + memberId : "member with instance id " + instanceId;
            throw new ConsumerRefusal(Errors.UNKNOWN_MEMBER_ID, "Group " + group.id() + " has no " + who + ".");
        }
        if (!member.id().equals(memberId)) {
            throw new ConsumerRefusal(
                    Errors.FENCED_INSTANCE_ID,
                    "The instance id " + instanceId + " belongs to member " + member.id() + " now.");
        }
        return member;
    }

    /** A member's metadata, updated with the fields of a request; fields that are not in it have not changed. */
    private static ConsumerGroupMemberMetadataValue merged(
            ConsumerMember member, Caller caller, ConsumerGroupHeartbeatRequestData data) {
        ConsumerGroupMemberMetadataValue profile = member == null
                ? new ConsumerGroupMemberMetadataValue()
                : member.profile().duplicate();
        profile.setClientId(caller.clientId()).setClientHost(caller.host()).setClassicMemberMetadata(null);
        if (data.instanceId() != null) profile.setInstanceId(data.instanceId());
        if (data.rackId() != null) profile.setRackId(data.rackId());
        if (data.rebalanceTimeoutMs() > 0) profile.setRebalanceTimeoutMs(data.rebalanceTimeoutMs());
        if (data.serverAssignor() != null) profile.setServerAssignor(data.serverAssignor());
        if (data.subscribedTopicNames() != null) {
            profile.setSubscribedTopicNames(List.copyOf(new TreeSet<>(data.subscribedTopicNames())));
        }
        if (data.subscribedTopicRegex() != null) {
            String regex = data.subscribedTopicRegex();
            profile.setSubscribedTopicRegex(regex.isEmpty() ? null : regex);
        }
        return profile;
    }

    static boolean hasSameTopics(ConsumerGroupMemberMetadataValue a, ConsumerGroupMemberMetadataValue b) {
        return a.subscribedTopicNames().equals(b.subscribedTopicNames())
                && Objects.equals(a.subscribedTopicRegex(), b.subscribedTopicRegex());
    }

    private static boolean prefersOther(ConsumerMember member, ConsumerGroupMemberMetadataValue profile) {
        return member != null && !Objects.equals(member.profile().serverAssignor(), profile.serverAssignor());
    }

    /**
     * Removes a member, or marks it as away.
     *
     * @throws ConsumerRefusal UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID
     */
    static void leave(Rebalance rebalance, ConsumerGroupHeartbeatRequestData data) {
        GroupChange change = rebalance.change();
        ConsumerMember member = present(change.group(), data.memberId(), data.instanceId());
        if (data.memberEpoch() == ConsumerMember.AWAY_EPOCH) {
            CurrentAssignment current = member.current();
            change.add(new ConsumerEvent.Current(
                    member.id(),
                    new CurrentAssignment(
                            ConsumerMember.AWAY_EPOCH,
                            current.epoch(),
                            MemberState.STABLE,
                            current.assigned(),
                            PartitionSet.EMPTY)));
        } else {
            change.removeMember(member.id());
            rebalance.afterDeparture();
        }
    }
}
