package io.letterbox.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.letterbox.kafka.api.AuthorizedOperations;
import io.letterbox.kafka.api.ClusterView;
import io.letterbox.record.TopicName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The requests that every client sends first. */
class CoreApisTest {
    private final TestKafkaDoor door = new TestKafkaDoor();
    private final FrameClient client = door.connect();

    @BeforeEach
    void topics() {
        door.storage.createTopic("t", 2, Map.of());
        door.storage.createTopic(TopicName.CONSUMER_OFFSETS, 1, Map.of());
    }

    @AfterEach
    void close() {
        client.close();
        door.close();
    }

    private ApiVersionsResponseData versions(int version, String name) {
        ApiVersionsRequestData request = new ApiVersionsRequestData();
        if (version >= 3) request.setClientSoftwareName(name).setClientSoftwareVersion("1.0");
        return client.ask(ApiKeys.API_VERSIONS, version, request, new ApiVersionsResponseData());
    }

    @Test
    void whatIsServedIsSaidInEveryVersion() {
        for (int version = ApiVersionsApi.MIN_VERSION; version <= ApiVersionsApi.MAX_VERSION; version++) {
            ApiVersionsResponseData answer = versions(version, "test");
            assertThat(answer.errorCode()).isZero();
            ApiVersion produce = answer.apiKeys().find(ApiKeys.PRODUCE.id);
            assertThat(produce.minVersion()).as("librdkafka wants 0 (KIP-896)").isZero();
            assertThat(produce.maxVersion()).isEqualTo((short) 13);
            assertThat(answer.apiKeys().find(ApiKeys.METADATA.id).maxVersion()).isEqualTo((short) 13);
            assertThat(answer.apiKeys().find(ApiKeys.PUSH_TELEMETRY.id)).isNull();
            for (ApiVersion served : answer.apiKeys()) {
                ApiKeys api = ApiKeys.forId(served.apiKey());
                assertThat(served.maxVersion()).as(api.name).isLessThanOrEqualTo(api.latestVersion());
            }
        }
    }

    /**
     * A client uses the new protocols when the feature is advertised, so it must not be advertised before they are
     * served.
     */
    @Test
    void featuresFollowFromWhatIsServed() {
        for (int version = 3; version <= 4; version++) {
            ApiVersionsResponseData answer = versions(version, "test");
            boolean groups = answer.apiKeys().find(ApiKeys.CONSUMER_GROUP_HEARTBEAT.id) != null;
            ApiVersion ends = answer.apiKeys().find(ApiKeys.END_TXN.id);
            List<String> expected = new ArrayList<>();
            if (groups) expected.add("group.version");
            if (ends != null && ends.maxVersion() >= 5) expected.add("transaction.version");
            assertThat(answer.finalizedFeatures())
                    .extracting(feature -> feature.name())
                    .containsExactlyInAnyOrderElementsOf(expected);
            int least = version < 4 ? 1 : 0;
            assertThat(answer.supportedFeatures())
                    .allSatisfy(
                            feature -> assertThat((int) feature.minVersion()).isEqualTo(least))
                    .extracting(feature -> feature.name())
                    .containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    @Test
    void aClientHasToBeCalledSomething() {
        assertThat(versions(3, "").errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
        assertThat(versions(4, "-x").errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
        assertThat(versions(4, "apache-kafka-java").errorCode()).isZero();
    }

    private MetadataResponseData metadata(int version, MetadataRequestData request) {
        return client.ask(ApiKeys.METADATA, version, request, new MetadataResponseData());
    }

    private static MetadataRequestData named(String... names) {
        return new MetadataRequestData()
                .setTopics(List.of(names).stream()
                        .map(name -> new MetadataRequestTopic().setName(name))
                        .toList());
    }

    @Test
    void metadataIsToldInEveryVersion() {
        for (int version = 0; version <= 13; version++) {
            MetadataResponseData answer = metadata(version, named("t"));
            assertThat(answer.brokers())
                    .extracting(broker -> broker.nodeId(), broker -> broker.host(), broker -> broker.port())
                    .containsExactly(tuple(1, "127.0.0.1", 9092));
            if (version >= 1) assertThat(answer.controllerId()).isEqualTo(1);
            if (version >= 2) assertThat(answer.clusterId()).isEqualTo("test-cluster");
            MetadataResponseTopic topic = answer.topics().find("t");
            assertThat(topic.errorCode()).isZero();
            assertThat(topic.partitions())
                    .extracting(partition -> partition.partitionIndex(), partition -> partition.leaderId())
                    .containsExactly(tuple(0, 1), tuple(1, 1));
        }
    }

    @Test
    void allTopicsAreThereForTheAsking() {
        assertThat(metadata(0, new MetadataRequestData().setTopics(List.of())).topics())
                .hasSize(2);
        assertThat(metadata(1, new MetadataRequestData().setTopics(List.of())).topics())
                .isEmpty();
        MetadataResponseData all = metadata(13, new MetadataRequestData().setTopics(null));
        assertThat(all.topics()).hasSize(2);
        assertThat(all.topics().find("t").isInternal()).isFalse();
        assertThat(all.topics().find(TopicName.CONSUMER_OFFSETS).isInternal()).isTrue();
    }

    @Test
    void topicsCanBeAskedForById() {
        Uuid id =
                ClusterView.id(door.storage.metadata().image().topics().get("t").id());
        Uuid unknown = Uuid.randomUuid();
        MetadataRequestData request = new MetadataRequestData()
                .setTopics(List.of(
                        new MetadataRequestTopic().setName(null).setTopicId(id),
                        new MetadataRequestTopic().setName(null).setTopicId(unknown)));
        assertThat(metadata(12, request).topics())
                .extracting(topic -> topic.name(), topic -> topic.topicId(), topic -> topic.errorCode())
                .containsExactly(tuple("t", id, (short) 0), tuple(null, unknown, Errors.UNKNOWN_TOPIC_ID.code()));
        MetadataRequestData early = new MetadataRequestData()
                .setTopics(List.of(new MetadataRequestTopic().setName("t").setTopicId(id)));
        assertThat(metadata(11, early).topics().find("t").errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
    }

    @Test
    void askingForATopicMakesItUnlessTheClientSaysOtherwise() {
        assertThat(metadata(12, named("made").setAllowAutoTopicCreation(false))
                        .topics()
                        .find("made")
                        .errorCode())
                .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
        assertThat(door.storage.metadata().image().topics()).doesNotContainKey("made");
        MetadataResponseTopic made = metadata(12, named("made")).topics().find("made");
        assertThat(made.errorCode()).isZero();
        assertThat(made.partitions()).hasSize(3);
        assertThat(metadata(3, named("old")).topics().find("old").partitions()).hasSize(3);
    }

    @Test
    void whatCannotBeMadeIsSaid() {
        MetadataResponseData answer = metadata(12, named("no/name", TopicName.TRANSACTION_STATE, "fine"));
        assertThat(answer.topics().find("no/name").errorCode()).isEqualTo(Errors.INVALID_TOPIC_EXCEPTION.code());
        assertThat(answer.topics().find(TopicName.TRANSACTION_STATE).errorCode())
                .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
        assertThat(answer.topics().find("fine").errorCode()).isZero();
    }

    @Test
    void operationsAreToldToThoseWhoAsk() {
        MetadataRequestData request =
                named("t").setIncludeTopicAuthorizedOperations(true).setIncludeClusterAuthorizedOperations(true);
        MetadataResponseData answer = metadata(8, request);
        assertThat(answer.clusterAuthorizedOperations()).isEqualTo(AuthorizedOperations.CLUSTER);
        assertThat(answer.topics().find("t").topicAuthorizedOperations()).isEqualTo(AuthorizedOperations.TOPIC);
        assertThat(metadata(8, named("t")).topics().find("t").topicAuthorizedOperations())
                .isEqualTo(AuthorizedOperations.NOT_ASKED);
    }

    @Test
    void coordinatorsAreLookedForInEveryVersion() {
        door.storage.createTopic("internal", 1, Map.of());
        for (int version = 0; version <= 6; version++) {
            for (byte type = 0; type <= (version == 0 ? 0 : 2); type++) {
                FindCoordinatorRequestData request = new FindCoordinatorRequestData().setKeyType(type);
                if (version < 4) request.setKey("k");
                else request.setCoordinatorKeys(List.of("k", "l"));
                FindCoordinatorResponseData answer =
                        client.ask(ApiKeys.FIND_COORDINATOR, version, request, new FindCoordinatorResponseData());
                short error = type < 2 ? 0 : Errors.INVALID_REQUEST.code();
                int port = type < 2 ? 9092 : -1;
                if (version < 4) {
                    assertThat(answer.errorCode()).isEqualTo(error);
                    assertThat(answer.port()).isEqualTo(port);
                } else {
                    assertThat(answer.coordinators())
                            .extracting(found -> found.key(), found -> found.errorCode(), found -> found.port())
                            .containsExactly(tuple("k", error, port), tuple("l", error, port));
                }
            }
        }
    }

    @Test
    void aCoordinatorWithoutALeaderIsNotAvailable() {
        FindCoordinatorResponseData answer = client.ask(
                ApiKeys.FIND_COORDINATOR,
                4,
                new FindCoordinatorRequestData().setCoordinatorKeys(List.of("k")),
                new FindCoordinatorResponseData());
        assertThat(answer.coordinators().get(0).errorCode()).isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE.code());
    }
}
