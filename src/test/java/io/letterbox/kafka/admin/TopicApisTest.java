package io.letterbox.kafka.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.kafka.api.ClusterView;
import io.letterbox.metadata.Command;
import io.letterbox.metadata.TopicConfigKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableReplicaAssignment;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ElectLeadersRequestData.TopicPartitions;
import org.apache.kafka.common.message.ElectLeadersResponseData;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.junit.jupiter.api.Test;

/** The APIs that create, change, delete and describe topics. */
class TopicApisTest extends AdminRequests {
    @Test
    void aTopicIsMadeAsItSaysAndDescribedAsItIs() {
        CreateTopicsResponseData response =
                ask(ApiKeys.CREATE_TOPICS, 7, request(topic("orders", 4, 1).setConfigs(configs("retention.ms", "77"))));
        CreatableTopicResult result = response.topics().find("orders");
        assertThat(result.errorCode()).isZero();
        assertThat(result.topicId())
                .isEqualTo(
                        ClusterView.id(metadata.image().topics().get("orders").id()));
        assertThat(result.numPartitions()).isEqualTo(4);
        assertThat(result.replicationFactor()).isEqualTo((short) 1);
        assertThat(result.configs()).hasSize(TopicConfigKey.values().length).anySatisfy(config -> {
            assertThat(config.name()).isEqualTo("retention.ms");
            assertThat(config.value()).isEqualTo("77");
            assertThat(config.configSource()).isEqualTo(ConfigSource.TOPIC_CONFIG.id());
        });
        assertThat(config("orders").retentionMs()).isEqualTo(77);
        assertThat(one(ask(ApiKeys.CREATE_TOPICS, 7, request(topic("orders", 4, 1)))))
                .isEqualTo(Errors.TOPIC_ALREADY_EXISTS);
    }

    @Test
    void whatIsLeftOpenTheServerDecides() {
        CreateTopicsResponseData response = ask(ApiKeys.CREATE_TOPICS, 5, request(topic("open", -1, -1)));
        assertThat(response.topics().find("open").numPartitions()).isEqualTo(3);
        assertThat(metadata.image().topics().get("open").partitions()).hasSize(3);
    }

    @Test
    void whatIsOnlyToBeValidatedIsNotMade() {
        CreateTopicsRequestData data = request(topic("maybe", 2, 1)).setValidateOnly(true);
        CreatableTopicResult result = this.<CreateTopicsResponseData>ask(ApiKeys.CREATE_TOPICS, 7, data)
                .topics()
                .find("maybe");
        assertThat(result.errorCode()).isZero();
        assertThat(result.numPartitions()).isEqualTo(2);
        assertThat(result.topicId()).as("the id that it would have").isNotEqualTo(Uuid.ZERO_UUID);
        assertThat(result.errorMessage())
                .as("null is what clients take for no error")
                .isNull();
        assertThat(metadata.image().topics()).isEmpty();
        assertThat(one(ask(
                        ApiKeys.CREATE_TOPICS, 7, request(topic("maybe", 2, 9)).setValidateOnly(true))))
                .isEqualTo(Errors.INVALID_REPLICATION_FACTOR);
    }

    @Test
    void whatATopicCannotBeIsRefused() {
        assertThat(created(topic("a/b", 1, 1))).isEqualTo(Errors.INVALID_TOPIC_EXCEPTION);
        assertThat(created(topic("__consumer_offsets", 1, 1))).isEqualTo(Errors.INVALID_TOPIC_EXCEPTION);
        assertThat(created(topic("t", 0, 1))).isEqualTo(Errors.INVALID_PARTITIONS);
        assertThat(created(topic("t", -2, 1))).isEqualTo(Errors.INVALID_PARTITIONS);
        assertThat(created(topic("t", 1, 0))).isEqualTo(Errors.INVALID_REPLICATION_FACTOR);
        assertThat(created(topic("t", 1, 2))).isEqualTo(Errors.INVALID_REPLICATION_FACTOR);
        assertThat(created(topic("t", 257, 1))).isEqualTo(Errors.POLICY_VIOLATION);
        assertThat(created(topic("t", 1, 1).setConfigs(configs("retention", "1"))))
                .isEqualTo(Errors.INVALID_CONFIG);
        assertThat(created(topic("t", 1, 1).setConfigs(configs("retention.ms", null))))
                .isEqualTo(Errors.INVALID_CONFIG);
        assertThat(created(topic("t", 1, 1).setConfigs(configs("remote.storage.enable", "true"))))
                .isEqualTo(Errors.INVALID_CONFIG);
        CreateTopicsRequestData twice = request(topic("t", 1, 1));
        twice.topics().mustAdd(topic("t", 2, 1));
        CreateTopicsResponseData answer = ask(ApiKeys.CREATE_TOPICS, 7, twice);
        assertThat(answer.topics()).hasSize(1);
        assertThat(one(answer)).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(metadata.image().topics()).isEmpty();
    }

    @Test
    void assignmentsAreTakenThatAreTheServersOwn() {
        assertThat(created(assigned("t", 1).setNumPartitions(1))).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(created(assigned("t", 7))).isEqualTo(Errors.INVALID_REPLICA_ASSIGNMENT);
        CreatableTopic gap = assigned("t", 1);
        gap.assignments()
                .mustAdd(new CreatableReplicaAssignment().setPartitionIndex(5).setBrokerIds(List.of(NODE)));
        assertThat(created(gap)).isEqualTo(Errors.INVALID_REPLICA_ASSIGNMENT);
        CreatableTopic nowhere = topic("t", -1, -1);
        nowhere.assignments().mustAdd(new CreatableReplicaAssignment().setPartitionIndex(0));
        assertThat(created(nowhere)).isEqualTo(Errors.INVALID_REPLICA_ASSIGNMENT);
        assertThat(created(assigned("t", NODE))).isEqualTo(Errors.NONE);
        assertThat(metadata.image().topics().get("t").partitions()).hasSize(2);
    }

    @Test
    void topicsAreDeletedByNameAndById() {
        made("a", "b", "c");
        DeleteTopicsResponseData byName =
                ask(ApiKeys.DELETE_TOPICS, 5, new DeleteTopicsRequestData().setTopicNames(List.of("a", "nope")));
        assertThat(Errors.forCode(byName.responses().find("a").errorCode())).isEqualTo(Errors.NONE);
        assertThat(Errors.forCode(byName.responses().find("nope").errorCode()))
                .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        UUID id = metadata.image().topics().get("b").id();
        DeleteTopicsResponseData byId = ask(
                ApiKeys.DELETE_TOPICS,
                6,
                new DeleteTopicsRequestData()
                        .setTopics(List.of(
                                new DeleteTopicState()
                                        .setTopicId(ClusterView.id(id))
                                        .setName(null),
                                new DeleteTopicState()
                                        .setTopicId(Uuid.randomUuid())
                                        .setName(null),
                                new DeleteTopicState().setName(null))));
        assertThat(byId.responses().find("b").errorCode()).isZero();
        assertThat(byId.responses().findAll((String) null).stream().map(r -> Errors.forCode(r.errorCode())))
                .containsExactlyInAnyOrder(Errors.UNKNOWN_TOPIC_ID, Errors.INVALID_REQUEST);
        assertThat(metadata.image().topics()).containsOnlyKeys("c");
    }

    @Test
    void theServersOwnTopicsStay() {
        metadata.propose(new Command.CreateTopic("__consumer_offsets", UUID.randomUUID(), 1, 1, Map.of()));
        DeleteTopicsResponseData deleted = ask(
                ApiKeys.DELETE_TOPICS, 5, new DeleteTopicsRequestData().setTopicNames(List.of("__consumer_offsets")));
        assertThat(Errors.forCode(deleted.responses().find("__consumer_offsets").errorCode()))
                .isEqualTo(Errors.INVALID_TOPIC_EXCEPTION);
        assertThat(grown("__consumer_offsets", 9, null)).isEqualTo(Errors.INVALID_TOPIC_EXCEPTION);
        assertThat(altered("__consumer_offsets", op("cleanup.policy", OpType.SET, "delete")))
                .isEqualTo(Errors.INVALID_TOPIC_EXCEPTION);
        assertThat(metadata.image().topics()).containsKey("__consumer_offsets");
    }

    @Test
    void partitionsOnlyBecomeMore() {
        made("t");
        assertThat(grown("t", 5, null)).isEqualTo(Errors.NONE);
        assertThat(grown("t", 5, null)).isEqualTo(Errors.INVALID_PARTITIONS);
        assertThat(grown("t", 2, null)).isEqualTo(Errors.INVALID_PARTITIONS);
        assertThat(grown("nope", 2, null)).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(grown("t", 7, List.of(NODE))).isEqualTo(Errors.INVALID_REPLICA_ASSIGNMENT);
        assertThat(grown("t", 6, List.of(9))).isEqualTo(Errors.INVALID_REPLICA_ASSIGNMENT);
        assertThat(grown("t", 6, List.of(NODE))).isEqualTo(Errors.NONE);
        assertThat(metadata.image().topics().get("t").partitions()).hasSize(6);
        CreatePartitionsRequestData only = new CreatePartitionsRequestData().setValidateOnly(true);
        only.topics()
                .mustAdd(new CreatePartitionsTopic().setName("t").setCount(9).setAssignments(null));
        CreatePartitionsResponseData response = ask(ApiKeys.CREATE_PARTITIONS, 3, only);
        assertThat(response.results()).singleElement().matches(result -> result.errorCode() == 0);
        assertThat(metadata.image().topics().get("t").partitions()).hasSize(6);
    }

    @Test
    void theClusterIsDescribed() {
        DescribeClusterResponseData response = ask(
                ApiKeys.DESCRIBE_CLUSTER,
                2,
                new DescribeClusterRequestData().setIncludeClusterAuthorizedOperations(true));
        assertThat(response.clusterId()).isEqualTo("cluster-of-the-test");
        assertThat(response.controllerId()).isEqualTo(NODE);
        assertThat(response.brokers()).singleElement().matches(broker -> broker.port() == 9092);
        assertThat(response.clusterAuthorizedOperations()).isPositive();
        DescribeClusterResponseData controllers =
                ask(ApiKeys.DESCRIBE_CLUSTER, 1, new DescribeClusterRequestData().setEndpointType((byte) 2));
        assertThat(controllers.errorCode()).isEqualTo(Errors.MISMATCHED_ENDPOINT_TYPE.code());
    }

    @Test
    void partitionsAreDescribedPageByPage() {
        made("a", "b", "c");
        DescribeTopicPartitionsRequestData data = new DescribeTopicPartitionsRequestData().setResponsePartitionLimit(4);
        List<String> met = new ArrayList<>();
        int pages = 0;
        while (true) {
            DescribeTopicPartitionsResponseData page = ask(ApiKeys.DESCRIBE_TOPIC_PARTITIONS, 0, data);
            page.topics().forEach(topic -> topic.partitions()
                    .forEach(partition -> met.add(topic.name() + partition.partitionIndex())));
            pages++;
            if (page.nextCursor() == null) break;
            data.setCursor(new DescribeTopicPartitionsRequestData.Cursor()
                    .setTopicName(page.nextCursor().topicName())
                    .setPartitionIndex(page.nextCursor().partitionIndex()));
        }
        assertThat(met).containsExactly("a0", "a1", "a2", "b0", "b1", "b2", "c0", "c1", "c2");
        assertThat(pages).isEqualTo(3);
        DescribeTopicPartitionsResponseData some = ask(
                ApiKeys.DESCRIBE_TOPIC_PARTITIONS,
                0,
                new DescribeTopicPartitionsRequestData()
                        .setTopics(List.of(
                                new TopicRequest().setName("nope"),
                                new TopicRequest().setName("b"),
                                new TopicRequest().setName("a b"))));
        assertThat(some.topics().stream().map(topic -> Errors.forCode(topic.errorCode())))
                .containsExactly(Errors.INVALID_TOPIC_EXCEPTION, Errors.NONE, Errors.UNKNOWN_TOPIC_OR_PARTITION);
        for (int limit : new int[] {-1, 0}) {
            DescribeTopicPartitionsResponseData least = ask(
                    ApiKeys.DESCRIBE_TOPIC_PARTITIONS,
                    0,
                    new DescribeTopicPartitionsRequestData().setResponsePartitionLimit(limit));
            assertThat(least.nextCursor().partitionIndex())
                    .as("limit %s", limit)
                    .isEqualTo(1);
        }
    }

    @Test
    void leadersAreWhereTheyBelong() {
        made("t");
        ElectLeadersRequestData some = new ElectLeadersRequestData();
        some.topicPartitions().mustAdd(new TopicPartitions().setTopic("t").setPartitions(List.of(0, 8)));
        ElectLeadersResponseData response = ask(ApiKeys.ELECT_LEADERS, 2, some);
        assertThat(response.replicaElectionResults().get(0).partitionResult().stream()
                        .map(result -> Errors.forCode(result.errorCode())))
                .containsExactly(Errors.ELECTION_NOT_NEEDED, Errors.UNKNOWN_TOPIC_OR_PARTITION);
        ElectLeadersResponseData all =
                ask(ApiKeys.ELECT_LEADERS, 2, new ElectLeadersRequestData().setTopicPartitions(null));
        assertThat(all.replicaElectionResults()).singleElement().matches(result -> result.partitionResult()
                .isEmpty());
        ListPartitionReassignmentsResponseData moving =
                ask(ApiKeys.LIST_PARTITION_REASSIGNMENTS, 0, new ListPartitionReassignmentsRequestData());
        assertThat(moving.topics()).isEmpty();
        assertThat(moving.errorMessage()).isNull();
    }
}
