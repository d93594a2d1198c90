package io.letterbox.groups.consumer;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData.Assignment;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData.TopicPartitions;

/** What a member is told. */
final class HeartbeatAnswer {
    private HeartbeatAnswer() {}

    /** @param withAssignment false where the member knows already what it may use */
    static ConsumerGroupHeartbeatResponseData of(
            ConsumerMember member, int heartbeatIntervalMs, boolean withAssignment) {
        ConsumerGroupHeartbeatResponseData answer = new ConsumerGroupHeartbeatResponseData()
                .setMemberId(member.id())
                .setMemberEpoch(member.current().epoch())
                .setHeartbeatIntervalMs(heartbeatIntervalMs);
        return withAssignment ? answer.setAssignment(assignment(member.current().assigned())) : answer;
    }

    private static Assignment assignment(PartitionSet set) {
        List<TopicPartitions> topics = new ArrayList<>();
        set.byTopic()
                .forEach((id, partitions) ->
                        topics.add(new TopicPartitions().setTopicId(id).setPartitions(List.copyOf(partitions))));
        return new Assignment().setTopicPartitions(topics);
    }
}
