package io.letterbox.kafka.fetch;

import io.letterbox.bus.EpochEnd;
import io.letterbox.ingress.DoorServices;
import io.letterbox.kafka.api.KafkaRequest;
import io.letterbox.record.TopicPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.EpochEndOffset;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.OffsetForLeaderTopicResult;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/**
 * OffsetForLeaderEpoch (KIP-320): the end offset of a leader epoch, by which a client notices that records that it has
 * read were truncated. Owned by one event loop.
 */
final class EpochEndsApi {
    private final DoorServices backend;
    private final PartitionGate gate;

    EpochEndsApi(DoorServices backend, PartitionGate gate) {
        this.backend = backend;
        this.gate = gate;
    }

    ApiMessage answer(KafkaRequest request) {
        OffsetForLeaderEpochRequestData body = request.body(OffsetForLeaderEpochRequestData.class);
        OffsetForLeaderEpochResponseData response = new OffsetForLeaderEpochResponseData();
        for (OffsetForLeaderTopic topic : body.topics()) {
            OffsetForLeaderTopicResult result = new OffsetForLeaderTopicResult().setTopic(topic.topic());
            response.topics().add(result);
            for (OffsetForLeaderPartition wanted : topic.partitions()) {
                result.partitions().add(end(topic.topic(), wanted));
            }
        }
        return response;
    }

    private EpochEndOffset end(String topic, OffsetForLeaderPartition wanted) {
        EpochEndOffset answer = new EpochEndOffset().setPartition(wanted.partition());
        if (wanted.partition() < 0) return answer.setErrorCode(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
        TopicPartition partition = new TopicPartition(topic, wanted.partition());
        Errors refusal = gate.check(partition, wanted.currentLeaderEpoch());
        if (refusal != Errors.NONE) return answer.setErrorCode(refusal.code());
        // A request without a leader epoch gets no end offset.
        if (wanted.leaderEpoch() == PartitionGate.NO_EPOCH) return answer;
        int leaderEpoch = gate.image(partition).leaderEpoch();
        EpochEnd end = backend.reader().epochEnd(partition, wanted.leaderEpoch(), leaderEpoch);
        return end == null
                ? answer.setErrorCode(Errors.NOT_LEADER_OR_FOLLOWER.code())
                : answer.setLeaderEpoch(end.epoch()).setEndOffset(end.endOffset());
    }
}
