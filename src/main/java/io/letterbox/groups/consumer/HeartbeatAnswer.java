package io.letterbox.groups.consumer;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData.Assignment;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData.TopicPartitions;

/** Makes the answers to ConsumerGroupHeartbeat. */
final class HeartbeatAnswer {
    private HeartbeatAnswer() {}

    /** @param withAssignment false if the member knows its assignment already */
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
