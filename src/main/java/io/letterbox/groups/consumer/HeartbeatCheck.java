package io.letterbox.groups.consumer;

import io.letterbox.groups.patterns.BoundedPattern;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData.TopicPartitions;
import org.apache.kafka.common.protocol.Errors;

/** Checks ConsumerGroupHeartbeat requests independently of the group's state (KIP-848, KIP-1082). */
final class HeartbeatCheck {
    static final int JOIN_EPOCH = 0;
    static final int LEAVE_EPOCH = -1;

    /** The first version in which clients choose their member ids and can send regular expressions. */
    static final short CLIENT_IDS_VERSION = 1;

    private HeartbeatCheck() {}

    /** @throws ConsumerRefusal INVALID_REQUEST, UNSUPPORTED_ASSIGNOR, INVALID_REGULAR_EXPRESSION, INVALID_GROUP_ID */
    static void check(ConsumerGroupHeartbeatRequestData data, short version) {
        if (data.groupId().isEmpty())
            throw new ConsumerRefusal(Errors.INVALID_REQUEST, "The group id cannot be empty.");
        require(!"".equals(data.instanceId()), "The instance id cannot be empty; leave it out instead.");
        require(!"".equals(data.rackId()), "The rack id cannot be empty; leave it out instead.");
        require(data.memberEpoch() >= ConsumerMember.AWAY_EPOCH, "A member epoch is -2 or more.");
        require(
                !data.memberId().isEmpty() || data.memberEpoch() == JOIN_EPOCH && version < CLIENT_IDS_VERSION,
                "The member id cannot be empty.");
        if (data.memberEpoch() == JOIN_EPOCH) checkJoin(data);
        if (data.memberEpoch() == ConsumerMember.AWAY_EPOCH) {
            require(data.instanceId() != null, "Only a member with an instance id can leave for a while.");
        }
        if (data.serverAssignor() != null
                && Assignor.named(data.serverAssignor()).isEmpty()) {
            throw new ConsumerRefusal(
                    Errors.UNSUPPORTED_ASSIGNOR,
                    "There is no assignor " + data.serverAssignor() + " here, but " + Assignor.names() + ".");
        }
        if (data.subscribedTopicRegex() != null && !data.subscribedTopicRegex().isEmpty()) {
            checkPattern(data.subscribedTopicRegex());
        }
    }

    /** Checks the size of an expression only; its syntax is checked when it is matched with topics. */
    private static void checkPattern(String regex) {
        try {
            BoundedPattern.check(regex);
        } catch (BoundedPattern.PatternRefusedException refused) {
            throw new ConsumerRefusal(Errors.INVALID_REGULAR_EXPRESSION, refused.getMessage());
        }
    }

    private static void checkJoin(ConsumerGroupHeartbeatRequestData data) {
        require(data.rebalanceTimeoutMs() > 0, "The first heartbeat has to name a rebalance timeout above 0.");
        require(
                data.topicPartitions() != null && data.topicPartitions().isEmpty(),
                "Who joins owns no partitions; the list of them has to be there and empty.");
        require(
                data.subscribedTopicNames() != null || data.subscribedTopicRegex() != null,
                "The first heartbeat has to subscribe to topics, by names or by a regular expression.");
    }

    private static void require(boolean fulfilled, String detail) {
        if (!fulfilled) throw new ConsumerRefusal(Errors.INVALID_REQUEST, detail);
    }

    /** The partitions that a member reports as owned; null if it does not report them. */
    static PartitionSet owned(ConsumerGroupHeartbeatRequestData data) {
        if (data.topicPartitions() == null) return null;
        PartitionSet.Builder owned = new PartitionSet.Builder();
        for (TopicPartitions topic : data.topicPartitions()) owned.addAll(topic.topicId(), topic.partitions());
        return owned.build();
    }
}
