package io.letterbox.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Map;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/** Requests that name very many things: decoded on a worker, answered in order, or refused with a message. */
class LargeRequestsTest {
    private static FindCoordinatorRequestData keys(int count) {
        FindCoordinatorRequestData request = new FindCoordinatorRequestData();
        for (int i = 0; i < count; i++) request.coordinatorKeys().add("group-" + i);
        return request;
    }

    @Test
    void aFrameOfManyFieldsIsAnsweredBeforeTheNext() {
        try (TestKafkaDoor door = new TestKafkaDoor();
                FrameClient client = door.connect()) {
            client.send(ApiKeys.FIND_COORDINATOR, 4, 1, keys(RequestLimits.KEYS))
                    .send(ApiKeys.API_VERSIONS, 4, 2, software())
                    .send(ApiKeys.FIND_COORDINATOR, 4, 3, keys(RequestLimits.KEYS + 1));

            FindCoordinatorResponseData all =
                    client.receive(ApiKeys.FIND_COORDINATOR, 4, 1, new FindCoordinatorResponseData());
            assertThat(all.coordinators()).hasSize(RequestLimits.KEYS);
            client.receive(ApiKeys.API_VERSIONS, 4, 2, new ApiVersionsResponseData());
            FindCoordinatorResponseData refused =
                    client.receive(ApiKeys.FIND_COORDINATOR, 4, 3, new FindCoordinatorResponseData());
            assertThat(refused.coordinators()).singleElement().satisfies(answer -> assertThat(answer.errorCode())
                    .isEqualTo(Errors.INVALID_REQUEST.code()));
        }
    }

    private static ApiVersionsRequestData software() {
        return new ApiVersionsRequestData().setClientSoftwareName("test").setClientSoftwareVersion("1");
    }

    @Test
    void aMalformedFrameOfManyFieldsEndsItsConnectionOnly() {
        try (TestKafkaDoor door = new TestKafkaDoor();
                FrameClient client = door.connect();
                FrameClient other = door.connect()) {
            byte[] frame = FrameClient.frame(ApiKeys.FIND_COORDINATOR, 4, 1, keys(RequestLimits.KEYS));
            // The last key announces more bytes than are left.
            frame[frame.length - 12] = 100;
            client.write(frame).awaitClose();
            other.ask(ApiKeys.API_VERSIONS, 4, software(), new ApiVersionsResponseData());
        }
    }

    @Test
    void whatIsAskedTwiceIsAnsweredOnce() {
        try (TestKafkaDoor door = new TestKafkaDoor();
                FrameClient client = door.connect()) {
            door.storage.createTopic("t", 1, Map.of());
            MetadataRequestData request = new MetadataRequestData()
                    .setTopics(Collections.nCopies(500, new MetadataRequestTopic().setName("t")));
            MetadataResponseData metadata = client.ask(ApiKeys.METADATA, 9, request, new MetadataResponseData());
            assertThat(metadata.topics()).hasSize(1);

            FindCoordinatorRequestData same =
                    new FindCoordinatorRequestData().setCoordinatorKeys(Collections.nCopies(5_000, ""));
            FindCoordinatorResponseData found =
                    client.ask(ApiKeys.FIND_COORDINATOR, 4, same, new FindCoordinatorResponseData());
            assertThat(found.coordinators()).hasSize(1);
        }
    }

    @Test
    void oneRequestMakesOnlySoManyTopics() {
        try (TestKafkaDoor door = new TestKafkaDoor();
                FrameClient client = door.connect()) {
            MetadataRequestData request = new MetadataRequestData().setTopics(new ArrayList<>());
            for (int i = 0; i < 990; i++) request.topics().add(new MetadataRequestTopic().setName("topic-" + i));

            MetadataResponseData first = client.ask(ApiKeys.METADATA, 9, request, new MetadataResponseData());
            assertThat(madeIn(first)).isEqualTo(MetadataApi.CREATED_AT_ONCE);
            assertThat(first.topics())
                    .filteredOn(topic -> topic.errorCode() != 0)
                    .allMatch(topic -> topic.errorCode() == Errors.LEADER_NOT_AVAILABLE.code());

            client.ask(ApiKeys.METADATA, 9, request, new MetadataResponseData());
            MetadataResponseData third = client.ask(ApiKeys.METADATA, 9, request, new MetadataResponseData());
            assertThat(madeIn(third)).as("in a minute").isBetween(200L, 300L);
        }
    }

    private static long madeIn(MetadataResponseData metadata) {
        return metadata.topics().stream()
                .filter(topic -> topic.errorCode() == 0)
                .count();
    }
}
