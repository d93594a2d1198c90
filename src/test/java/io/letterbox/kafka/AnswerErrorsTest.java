package io.letterbox.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetCommitResponseData.OffsetCommitResponsePartition;
import org.apache.kafka.common.message.OffsetCommitResponseData.OffsetCommitResponseTopic;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponseCollection;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AnswerErrorsTest {
    private final AnswerErrors errors = new AnswerErrors();

    @ParameterizedTest
    // Kafka no longer has messages of these.
    @EnumSource(
            value = ApiKeys.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"LEADER_AND_ISR", "STOP_REPLICA", "UPDATE_METADATA", "CONTROLLED_SHUTDOWN"})
    void theAnswersOfEveryApiCanBeLookedThrough(ApiKeys api) {
        ApiMessage plain = api.messageType.newResponse();
        assertThat(errors.of(plain, api.latestVersion())).doesNotContainKey(Errors.NONE);
    }

    @Test
    void produceAndFetchCountEveryPartition() {
        TopicProduceResponse topic = new TopicProduceResponse()
                .setName("orders")
                .setPartitionResponses(List.of(
                        new PartitionProduceResponse(),
                        new PartitionProduceResponse().setErrorCode(Errors.MESSAGE_TOO_LARGE.code()),
                        new PartitionProduceResponse().setErrorCode(Errors.MESSAGE_TOO_LARGE.code())));
        ProduceResponseData produced = new ProduceResponseData()
                .setResponses(new TopicProduceResponseCollection(List.of(topic).iterator()));
        assertThat(errors.of(produced, (short) 9)).isEqualTo(Map.of(Errors.MESSAGE_TOO_LARGE, 2));
        FetchResponseData fetched = new FetchResponseData()
                .setErrorCode(Errors.FETCH_SESSION_ID_NOT_FOUND.code())
                .setResponses(List.of(new FetchableTopicResponse()
                        .setPartitions(List.of(new FetchResponseData.PartitionData()
                                .setErrorCode(Errors.OFFSET_OUT_OF_RANGE.code())))));
        assertThat(errors.of(fetched, (short) 12))
                .isEqualTo(Map.of(Errors.FETCH_SESSION_ID_NOT_FOUND, 1, Errors.OFFSET_OUT_OF_RANGE, 1));
    }

    @Test
    void othersCountAsKafkaDoes() {
        MetadataResponseData metadata = new MetadataResponseData();
        metadata.topics()
                .add(new MetadataResponseTopic()
                        .setName("nowhere")
                        .setErrorCode(Errors.UNKNOWN_TOPIC_OR_PARTITION.code()));
        assertThat(errors.of(metadata, (short) 12)).isEqualTo(Map.of(Errors.UNKNOWN_TOPIC_OR_PARTITION, 1));
        OffsetCommitResponseData committed = new OffsetCommitResponseData()
                .setTopics(List.of(new OffsetCommitResponseTopic()
                        .setName("orders")
                        .setPartitions(List.of(
                                new OffsetCommitResponsePartition(),
                                new OffsetCommitResponsePartition()
                                        .setPartitionIndex(1)
                                        .setErrorCode(Errors.UNKNOWN_MEMBER_ID.code())))));
        assertThat(errors.of(committed, (short) 9)).isEqualTo(Map.of(Errors.UNKNOWN_MEMBER_ID, 1));
    }
}
