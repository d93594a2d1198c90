package io.letterbox.groups.consumer;

import io.letterbox.coordinator.CoordinatorRequest;
import io.letterbox.groups.Caller;
import io.letterbox.groups.CoordinatorContext;
import io.letterbox.groups.GroupCommand;
import io.letterbox.groups.GroupCoordinator;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.DescribedGroup;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;

/** What only groups are asked whose assignment the server decides. */
public sealed interface ConsumerCommand<R> extends GroupCommand<R> {
    /** Joins, stays, acknowledges what was revoked, leaves (KIP-848, ConsumerGroupHeartbeat); answered at once. */
    record Heartbeat(Caller caller, ConsumerGroupHeartbeatRequestData data)
            implements ConsumerCommand<ConsumerGroupHeartbeatResponseData> {
        @Override
        public String key() {
            return data.groupId();
        }

        @Override
        public void decide(
                GroupCoordinator coordinator,
                CoordinatorRequest<ConsumerGroupHeartbeatResponseData> ask,
                CoordinatorContext turn) {
            coordinator.consumers().heartbeat(ask, this, turn);
        }
    }

    /** Describes a consumer group (ConsumerGroupDescribe); GROUP_ID_NOT_FOUND for any other. */
    record Describe(String groupId) implements ConsumerCommand<DescribedGroup> {
        @Override
        public String key() {
            return groupId;
        }

        @Override
        public void decide(
                GroupCoordinator coordinator, CoordinatorRequest<DescribedGroup> ask, CoordinatorContext turn) {
            coordinator.consumers().describe(ask, this, turn);
        }
    }
}
