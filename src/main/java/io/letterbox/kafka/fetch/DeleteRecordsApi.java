package io.letterbox.kafka.fetch;

import io.letterbox.error.ApiException;
import io.letterbox.ingress.DoorServices;
import io.letterbox.kafka.api.KafkaRequest;
import io.letterbox.record.TopicName;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsPartitionResult;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsTopicResult;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/** Has the beginnings of logs cut off (KIP-107). Owned by one event loop. */
final class DeleteRecordsApi {
    private final DoorServices backend;
    private final PartitionGate gate;

    DeleteRecordsApi(DoorServices backend, PartitionGate gate) {
        this.backend = backend;
        this.gate = gate;
    }

    Future<ApiMessage> answer(KafkaRequest request) {
        DeleteRecordsRequestData body = request.body(DeleteRecordsRequestData.class);
        DeleteRecordsResponseData response = new DeleteRecordsResponseData();
        List<Future<?>> asked = new ArrayList<>();
        for (DeleteRecordsTopic topic : body.topics()) {
            DeleteRecordsTopicResult result = new DeleteRecordsTopicResult().setName(topic.name());
            response.topics().add(result);
            for (DeleteRecordsPartition wanted : topic.partitions()) {
                DeleteRecordsPartitionResult partition = new DeleteRecordsPartitionResult()
                        .setPartitionIndex(wanted.partitionIndex())
                        .setLowWatermark(-1);
                result.partitions().add(partition);
                if (wanted.partitionIndex() < 0) {
                    partition.setErrorCode(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
                    continue;
                }
                asked.add(delete(request, new TopicPartition(topic.name(), wanted.partitionIndex()), wanted.offset())
                        .map(partition::setLowWatermark)
                        .otherwise(failure -> partition.setErrorCode(code(failure))));
            }
        }
        return Future.join(asked).map(response);
    }

    private Future<Long> delete(KafkaRequest request, TopicPartition partition, long beforeOffset) {
        Errors refusal = TopicName.isInternal(partition.topic())
                ? Errors.INVALID_TOPIC_EXCEPTION
                : gate.check(partition, PartitionGate.NO_EPOCH);
        if (refusal != Errors.NONE) return Future.failedFuture(refusal.exception());
        return backend.partitions().deleteRecords(partition, beforeOffset, request.actor());
    }

    private static short code(Throwable failure) {
        return failure instanceof ApiException refusal
                ? refusal.code().kafkaCode()
                : Errors.forException(failure).code();
    }
}
