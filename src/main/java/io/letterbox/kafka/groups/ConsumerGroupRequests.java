package io.letterbox.kafka.groups;

import io.letterbox.bus.Coordinators;
import io.letterbox.groups.GroupCommand;
import io.letterbox.kafka.api.AuthorizedOperations;
import io.letterbox.kafka.api.CoordinatorErrors;
import io.letterbox.kafka.api.KafkaRequest;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.apache.kafka.common.message.ConsumerGroupDescribeRequestData;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.DescribedGroup;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.protocol.Errors;

/** The requests of groups whose assignment the server computes (KIP-848). */
final class ConsumerGroupRequests {
    private final Coordinators coordinators;

    ConsumerGroupRequests(Coordinators coordinators) {
        this.coordinators = coordinators;
    }

    Future<ConsumerGroupHeartbeatResponseData> heartbeat(KafkaRequest request) {
        ConsumerGroupHeartbeatRequestData data = request.body(ConsumerGroupHeartbeatRequestData.class);
        return coordinators
                .ask(
                        new GroupCommand.ConsumerGroupHeartbeat(ClassicGroupRequests.caller(request), data),
                        request.principal())
                .recover(CoordinatorErrors::of);
    }

    Future<ConsumerGroupDescribeResponseData> describe(KafkaRequest request) {
        ConsumerGroupDescribeRequestData data = request.body(ConsumerGroupDescribeRequestData.class);
        List<Future<DescribedGroup>> answers = new ArrayList<>();
        for (String groupId : new LinkedHashSet<>(data.groupIds())) {
            if (groupId.isEmpty()) {
                answers.add(Future.succeededFuture(
                        new DescribedGroup().setGroupId(groupId).setErrorCode(Errors.INVALID_GROUP_ID.code())));
                continue;
            }
            answers.add(coordinators
                    .ask(new GroupCommand.DescribeConsumerGroup(groupId), request.principal())
                    .otherwise(failure -> new DescribedGroup()
                            .setGroupId(groupId)
                            .setErrorCode(CoordinatorErrors.error(failure).code())));
        }
        return Future.join(answers).map(all -> {
            List<DescribedGroup> described = all.list();
            for (DescribedGroup group : described) {
                boolean wanted = data.includeAuthorizedOperations() && group.errorCode() == Errors.NONE.code();
                if (wanted) group.setAuthorizedOperations(AuthorizedOperations.GROUP);
            }
            return new ConsumerGroupDescribeResponseData().setGroups(described);
        });
    }
}
