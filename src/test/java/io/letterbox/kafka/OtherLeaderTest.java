package io.letterbox.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.metadata.Endpoint;
import io.letterbox.metadata.MemberImage;
import io.letterbox.metadata.NodeImage;
import io.letterbox.record.TopicPartition;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeProducersResponseData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the door of a node says about partitions that another node leads. */
class OtherLeaderTest {
    private static final int SHORT_MS = 50;
    private static final int LONG_MS = 20_000;
    private static final int MUCH = 1 << 20;
    private static final TopicPartition PARTITION = new TopicPartition("t", 0);

    private final TestKafkaDoor door = new TestKafkaDoor();
    private FrameClient client;

    @BeforeEach
    void connect() {
        door.storage.metadata().register(node(1, "a"));
        door.storage.metadata().register(node(2, "b"));
        door.storage.metadata().register(node(3, ""));
        door.storage.createTopic("t", 1, Map.of());
        client = door.connect();
    }

    @AfterEach
    void close() {
        client.close();
        door.close();
    }

    private static NodeImage node(int id, String rack) {
        MemberImage member =
                new MemberImage(new UUID(id, id), rack, "1", Endpoint.NONE, Endpoint.NONE, Endpoint.NONE, List.of());
        return new NodeImage(id, new Endpoint("h" + id, 8080), new Endpoint("k" + id, 9000 + id), false, 1, member);
    }

    private void publish(String value) {
        door.storage.publish(PARTITION, 1_000, "k", value.getBytes(StandardCharsets.UTF_8));
    }

    private ProduceResponseData produce(int version) {
        TopicProduceData topic = new TopicProduceData().setName("t").setTopicId(topicId());
        return client.ask(
                ApiKeys.PRODUCE, version, Produces.to(topic, 0, Produces.batch(null, "a")), new ProduceResponseData());
    }

    private Uuid topicId() {
        UUID id = door.storage.metadata().image().topics().get("t").id();
        return new Uuid(id.getMostSignificantBits(), id.getLeastSignificantBits());
    }

    private FetchResponseData fetch(int version, int maxWaitMs, long offset, String rack) {
        FetchTopic topic = new FetchTopic()
                .setPartitions(List.of(new FetchPartition()
                        .setPartition(0)
                        .setFetchOffset(offset)
                        .setPartitionMaxBytes(MUCH)));
        if (version < 13) topic.setTopic("t");
        else topic.setTopicId(topicId());
        FetchRequestData request = new FetchRequestData()
                .setMaxWaitMs(maxWaitMs)
                .setMinBytes(1)
                .setMaxBytes(MUCH)
                .setTopics(List.of(topic));
        if (version >= 11) request.setRackId(rack);
        return client.ask(ApiKeys.FETCH, version, request, new FetchResponseData());
    }

    private static PartitionData only(FetchResponseData response) {
        return response.responses().get(0).partitions().get(0);
    }

    @Test
    void aProducerIsToldWhoLeadsAndWhere() {
        door.storage.metadata().elect("t", 2, 7, List.of(1, 2));
        for (int version = 9; version <= 12; version++) {
            ProduceResponseData response = produce(version);
            var answer = Produces.only(response);
            assertThat(answer.errorCode()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
            if (version < 10) {
                assertThat(response.nodeEndpoints()).isEmpty();
                continue;
            }
            assertThat(answer.currentLeader().leaderId()).isEqualTo(2);
            assertThat(answer.currentLeader().leaderEpoch()).isEqualTo(7);
            assertThat(response.nodeEndpoints()).hasSize(1);
            assertThat(response.nodeEndpoints().find(2).host()).isEqualTo("k2");
            assertThat(response.nodeEndpoints().find(2).port()).isEqualTo(9002);
            assertThat(response.nodeEndpoints().find(2).rack()).isEqualTo("b");
        }
        assertThat(door.storage.status(PARTITION).highWatermark()).isZero();
    }

    @Test
    void aBatchThatIsRefusedIsTakenNoteOf() {
        produce(12);
        assertThat(door.storage.refusedByDoor()).isEmpty();
        door.storage.metadata().elect("t", 2, 7, List.of(1, 2));
        produce(12);
        assertThat(door.storage.refusedByDoor()).containsExactly(PARTITION);
    }

    @Test
    void duringAnElectionNobodyIsNamed() {
        door.storage.metadata().elect("t", -1, 7, List.of(1, 2));
        ProduceResponseData response = produce(12);
        assertThat(Produces.only(response).errorCode()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
        assertThat(Produces.only(response).currentLeader().leaderId()).isEqualTo(-1);
        assertThat(response.nodeEndpoints()).isEmpty();
    }

    @Test
    void aReaderIsToldWhoLeadsWhereThereIsNoReplica() {
        publish("a");
        door.storage.metadata().elect("t", 3, 7, List.of(2, 3));
        for (int version : new int[] {10, 11, 12, 16, 18}) {
            FetchResponseData response = fetch(version, LONG_MS, 0, "");
            assertThat(only(response).errorCode()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
            assertThat(only(response).currentLeader().leaderId()).isEqualTo(version < 12 ? -1 : 3);
            assertThat(response.nodeEndpoints()).hasSize(version < 16 ? 0 : 1);
            if (version >= 16) {
                assertThat(response.nodeEndpoints().find(3).port()).isEqualTo(9003);
                assertThat(response.nodeEndpoints().find(3).rack()).isNull();
            }
        }
    }

    @Test
    void aFollowerIsReadFromVersionElevenOn() {
        publish("a");
        door.storage.metadata().elect("t", 2, 7, List.of(1, 2));
        assertThat(only(fetch(10, LONG_MS, 0, "")).errorCode()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
        for (int version : new int[] {11, 18}) {
            PartitionData data = only(fetch(version, LONG_MS, 0, ""));
            assertThat(data.errorCode()).isEqualTo(Errors.NONE.code());
            assertThat(data.highWatermark()).isEqualTo(1);
            assertThat(data.records().sizeInBytes()).isPositive();
            assertThat(data.preferredReadReplica()).isEqualTo(-1);
        }
    }

    @Test
    void whoIsFurtherThanAFollowerWaitsForIt() {
        door.storage.metadata().elect("t", 2, 7, List.of(1, 2));
        publish("a");
        assertThat(only(fetch(18, SHORT_MS, 3, "")).errorCode()).isEqualTo(Errors.OFFSET_NOT_AVAILABLE.code());
        door.vertx.setTimer(SHORT_MS, late -> {
            publish("b");
            publish("c");
            publish("d");
        });
        PartitionData data = only(fetch(18, LONG_MS, 3, ""));
        assertThat(data.errorCode()).isEqualTo(Errors.NONE.code());
        assertThat(data.records().sizeInBytes()).isPositive();

        door.storage.metadata().elect("t", 1, 8, List.of(1, 2));
        assertThat(only(fetch(18, LONG_MS, 9, "")).errorCode())
                .as("a leader knows better")
                .isEqualTo(Errors.OFFSET_OUT_OF_RANGE.code());
    }

    @Test
    void aReaderIsSentToTheReplicaInItsRack() {
        publish("a");
        door.storage.metadata().elect("t", 1, 7, List.of(1, 2, 3));
        PartitionData data = only(fetch(18, LONG_MS, 0, "b"));
        assertThat(data.preferredReadReplica()).isEqualTo(2);
        assertThat(data.errorCode()).isEqualTo(Errors.NONE.code());
        assertThat(data.records().sizeInBytes()).isZero();
        for (String rack : List.of("", "a", "elsewhere")) {
            assertThat(only(fetch(18, LONG_MS, 0, rack)).preferredReadReplica())
                    .as(rack)
                    .isEqualTo(-1);
            assertThat(only(fetch(18, LONG_MS, 0, rack)).records().sizeInBytes())
                    .isPositive();
        }
        door.storage.metadata().elect("t", 1, 7, List.of(1, 3));
        assertThat(only(fetch(18, LONG_MS, 0, "b")).preferredReadReplica()).isEqualTo(-1);
    }

    @Test
    void producersAreDescribedByTheLeader() {
        door.storage.metadata().elect("t", 2, 7, List.of(1, 2));
        DescribeProducersRequestData request = new DescribeProducersRequestData()
                .setTopics(List.of(new DescribeProducersRequestData.TopicRequest()
                        .setName("t")
                        .setPartitionIndexes(List.of(0))));
        DescribeProducersResponseData response =
                client.ask(ApiKeys.DESCRIBE_PRODUCERS, 0, request, new DescribeProducersResponseData());
        assertThat(response.topics().get(0).partitions().get(0).errorCode())
                .isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
    }

    @Test
    void clientsSeeRacksAndLeaders() {
        door.storage.metadata().elect("t", 2, 7, List.of(1, 2));
        MetadataResponseData response =
                client.ask(ApiKeys.METADATA, 13, new MetadataRequestData().setTopics(null), new MetadataResponseData());
        assertThat(response.brokers().find(1).rack()).isEqualTo("a");
        assertThat(response.brokers().find(3).rack()).isNull();
        var partition = response.topics().find("t").partitions().get(0);
        assertThat(partition.leaderId()).isEqualTo(2);
        assertThat(partition.leaderEpoch()).isEqualTo(7);
        assertThat(partition.isrNodes()).containsExactly(1, 2);
        DescribeClusterResponseData cluster = client.ask(
                ApiKeys.DESCRIBE_CLUSTER, 2, new DescribeClusterRequestData(), new DescribeClusterResponseData());
        assertThat(cluster.brokers().find(2).rack()).isEqualTo("b");
    }
}
