package io.letterbox.groups.classic;

import io.letterbox.coordinator.CoordinatorRecord;
import io.letterbox.groups.GroupRecords;
import java.util.List;
import org.apache.kafka.coordinator.group.generated.GroupMetadataKey;
import org.apache.kafka.coordinator.group.generated.GroupMetadataValue;
import org.apache.kafka.coordinator.group.generated.GroupMetadataValue.MemberMetadata;

/** Encodes a classic group as Kafka's GroupMetadata record, which is written when a generation has its assignment. */
final class ClassicRecords {
    /** The version with the time of the state (KIP-211) and instance ids (KIP-345). */
    private static final int VERSION = 3;

    private ClassicRecords() {}

    static CoordinatorRecord tombstone(String groupId) {
        return GroupRecords.tombstone(new GroupMetadataKey().setGroup(groupId));
    }

    /** The record of the group and its members. */
    static CoordinatorRecord of(ClassicGroup group) {
        List<MemberMetadata> members = group.members().stream()
                .map(member -> member(member, group.protocol()))
                .toList();
        GroupMetadataValue value = new GroupMetadataValue()
                .setProtocolType(group.protocolType())
                .setGeneration(group.generation())
                .setProtocol(group.protocol())
                .setLeader(group.leader())
                .setCurrentStateTimestamp(group.inStateSinceMs())
                .setMembers(members);
        return GroupRecords.of(new GroupMetadataKey().setGroup(group.id()), value, VERSION);
    }

    private static MemberMetadata member(ClassicMember member, String protocol) {
        return new MemberMetadata()
                .setMemberId(member.id())
                .setGroupInstanceId(member.origin().instanceId())
                .setClientId(member.origin().clientId())
                .setClientHost(member.origin().host())
                .setRebalanceTimeout(member.rebalanceTimeoutMs())
                .setSessionTimeout(member.sessionTimeoutMs())
                .setSubscription(member.metadata(protocol))
                .setAssignment(member.assignment());
    }

    static String groupOf(CoordinatorRecord record) {
        return GroupRecords.key(record, new GroupMetadataKey()).group();
    }

    /** Restores an empty group from a record. */
    static void restore(GroupMetadataValue value, ClassicGroup into) {
        String type = value.protocolType() == null ? "" : value.protocolType();
        for (MemberMetadata stored : value.members()) {
            ClassicMember member = new ClassicMember(
                    stored.memberId(),
                    new ClassicMember.Origin(stored.groupInstanceId(), stored.clientId(), stored.clientHost(), type));
            member.setProtocols(List.of(new ClassicMember.Protocol(value.protocol(), stored.subscription())));
            // Before version 1 there was one timeout for rebalance and session.
            int rebalanceMs = stored.rebalanceTimeout() < 0 ? stored.sessionTimeout() : stored.rebalanceTimeout();
            member.timeouts(rebalanceMs, stored.sessionTimeout());
            member.assign(stored.assignment());
            into.add(member);
        }
        into.restore(new ClassicGroup.Snapshot(
                value.generation(), type, value.protocol(), value.leader(), value.currentStateTimestamp()));
    }
}
