package io.letterbox.ingress.kafka.groups;

import io.letterbox.bus.Groups;
import io.letterbox.groups.consumer.ConsumerCommand;
import io.letterbox.ingress.kafka.KafkaRequest;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.ConsumerGroupDescribeRequestData;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.DescribedGroup;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;

/** What groups are asked whose assignment the server decides (KIP-848). */
final class ServerAssigned {
    private final Groups groups;

    ServerAssigned(Groups groups) {
        this.groups = groups;
    }

    Future<ConsumerGroupHeartbeatResponseData> heartbeat(KafkaRequest request) {
        ConsumerGroupHeartbeatRequestData data = request.body(ConsumerGroupHeartbeatRequestData.class);
        return groups.ask(new ConsumerCommand.Heartbeat(Membership.caller(request), data))
                .recover(Refusals::of);
    }

    Future<ConsumerGroupDescribeResponseData> describe(KafkaRequest request) {
        List<Future<DescribedGroup>> answers = new ArrayList<>();
        for (String groupId :
                request.body(ConsumerGroupDescribeRequestData.class).groupIds()) {
            answers.add(groups.ask(new ConsumerCommand.Describe(groupId)).otherwise(failure -> new DescribedGroup()
                    .setGroupId(groupId)
                    .setErrorCode(Refusals.error(failure).code())));
        }
        return Future.join(answers).map(all -> new ConsumerGroupDescribeResponseData().setGroups(all.list()));
    }
}
