package io.letterbox.groups.consumer;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.Assignment;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.DescribedGroup;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.Member;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.TopicPartitions;
import org.apache.kafka.common.protocol.Errors;

/** Describes a group for ConsumerGroupDescribe (KIP-848, KIP-1099). */
final class ConsumerDescription {
    private static final byte CLASSIC_MEMBER = 0;
    private static final byte CONSUMER_MEMBER = 1;

    private ConsumerDescription() {}

    static DescribedGroup none(String groupId) {
        return new DescribedGroup()
                .setGroupId(groupId)
                .setErrorCode(Errors.GROUP_ID_NOT_FOUND.code())
                .setErrorMessage("Group " + groupId + " is not a consumer group.");
    }

    static DescribedGroup of(ConsumerGroup group, Topics topics) {
        List<Member> members = new ArrayList<>(group.size());
        for (ConsumerMember member : group.members()) members.add(member(group, member, topics));
        return new DescribedGroup()
                .setGroupId(group.id())
                .setGroupState(group.state())
                .setGroupEpoch(group.epoch())
                .setAssignmentEpoch(group.targetEpoch())
                .setAssignorName(Rebalance.assignor(group).assignorName())
                .setMembers(members);
    }

    /** Null for an empty text: the protocol has null for fields that were not sent. */
    private static String nullIfEmpty(String text) {
        return text == null || text.isEmpty() ? null : text;
    }

    private static Member member(ConsumerGroup group, ConsumerMember member, Topics topics) {
        return new Member()
                .setMemberId(member.id())
                .setInstanceId(nullIfEmpty(member.instanceId()))
                .setRackId(nullIfEmpty(member.profile().rackId()))
                .setMemberEpoch(member.current().epoch())
                .setClientId(member.profile().clientId())
                .setClientHost(member.profile().clientHost())
                .setSubscribedTopicNames(member.profile().subscribedTopicNames())
                .setSubscribedTopicRegex(member.profile().subscribedTopicRegex())
                .setAssignment(assignment(member.current().assigned(), topics))
                .setTargetAssignment(assignment(group.target(member.id()), topics))
                .setMemberType(member.isClassic() ? CLASSIC_MEMBER : CONSUMER_MEMBER);
    }

    private static Assignment assignment(PartitionSet set, Topics topics) {
        List<TopicPartitions> described = new ArrayList<>();
        set.byTopic().forEach((id, partitions) -> {
            String name = topics.name(id);
            if (name == null) return;
            described.add(
                    new TopicPartitions().setTopicId(id).setTopicName(name).setPartitions(List.copyOf(partitions)));
        });
        return new Assignment().setTopicPartitions(described);
    }
}
