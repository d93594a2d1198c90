package io.letterbox.kafka.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.access.Principal;
import io.letterbox.config.LetterboxConfig;
import io.letterbox.config.TopicsConfig;
import io.letterbox.ingress.DoorServices;
import io.letterbox.kafka.FakeClient;
import io.letterbox.kafka.api.ApiSupport;
import io.letterbox.kafka.api.KafkaRequest;
import io.letterbox.kafka.api.KafkaResponse;
import io.letterbox.metadata.Command;
import io.letterbox.metadata.Endpoint;
import io.letterbox.metadata.Limits;
import io.letterbox.metadata.MetadataMachine;
import io.letterbox.metadata.TopicConfig;
import io.letterbox.telemetry.Meters;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.config.ConfigResource.Type;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsAssignment;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableReplicaAssignment;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.MessageUtil;
import org.junit.jupiter.api.BeforeEach;

/**
 * Sends administrative requests to the APIs, with the real metadata machine; checks that each response can be encoded.
 */
abstract class AdminRequests {
    static final int NODE = 1;
    static final byte TOPIC = Type.TOPIC.id();

    MachineMetadata metadata;
    AdminApis apis;

    @BeforeEach
    void open() {
        LetterboxConfig standard = LetterboxConfig.defaults();
        TopicsConfig topics = new TopicsConfig(true, 200, 3, Map.of("segment.ms", "5000"));
        LetterboxConfig config = new LetterboxConfig(
                standard.node(),
                standard.http(),
                standard.kafka(),
                topics,
                standard.limits(),
                standard.storage(),
                standard.sse(),
                standard.groups(),
                standard.transactions(),
                standard.cluster(),
                standard.metrics(),
                standard.shutdown(),
                standard.log());
        metadata = new MachineMetadata(new MetadataMachine(new Limits(1000, 256, 4000), topics.defaults()));
        metadata.propose(new Command.RegisterNode(NODE, new Endpoint("h", 80), new Endpoint("broker.test", 9092)));
        Meters meters = new Meters(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
        apis = new AdminApis(
                new DoorServices(null, config, metadata, null, null, null, null, meters, null, null), null);
    }

    <T extends ApiMessage> T ask(ApiKeys key, int version, ApiMessage body) {
        ApiSupport support =
                apis.apis().stream().filter(api -> api.key() == key).findFirst().orElseThrow();
        assertThat((short) version).isBetween(support.minVersion(), support.maxVersion());
        KafkaRequest request =
                new KafkaRequest(key, (short) version, "test", Principal.ANONYMOUS, body, new FakeClient());
        KafkaResponse response = support.handler().handle(request).result();
        ApiMessage answer = ((KafkaResponse.Message) response).body();
        MessageUtil.toByteBufferAccessor(answer, (short) version);
        @SuppressWarnings("unchecked")
        T typed = (T) answer;
        return typed;
    }

    void made(String... names) {
        for (String name : names) assertThat(created(topic(name, 3, 1))).isEqualTo(Errors.NONE);
    }

    Errors created(CreatableTopic topic) {
        return one(ask(ApiKeys.CREATE_TOPICS, 7, request(topic)));
    }

    static Errors one(CreateTopicsResponseData response) {
        CreatableTopicResult result = response.topics().iterator().next();
        if (result.errorCode() != 0) assertThat(result.errorMessage()).endsWith(".");
        return Errors.forCode(result.errorCode());
    }

    static CreateTopicsRequestData request(CreatableTopic topic) {
        CreateTopicsRequestData data = new CreateTopicsRequestData();
        data.topics().mustAdd(topic);
        return data;
    }

    static CreatableTopic topic(String name, int partitions, int replicationFactor) {
        return new CreatableTopic().setName(name).setNumPartitions(partitions).setReplicationFactor((short)
                replicationFactor);
    }

    static CreatableTopic assigned(String name, int node) {
        CreatableTopic topic = topic(name, -1, -1);
        for (int partition = 0; partition < 2; partition++) {
            topic.assignments()
                    .mustAdd(new CreatableReplicaAssignment()
                            .setPartitionIndex(partition)
                            .setBrokerIds(List.of(node)));
        }
        return topic;
    }

    static CreateTopicsRequestData.CreatableTopicConfigCollection configs(String name, String value) {
        CreateTopicsRequestData.CreatableTopicConfigCollection configs =
                new CreateTopicsRequestData.CreatableTopicConfigCollection();
        configs.mustAdd(new CreatableTopicConfig().setName(name).setValue(value));
        return configs;
    }

    Errors grown(String name, int count, List<Integer> nodesOfOne) {
        CreatePartitionsRequestData data = new CreatePartitionsRequestData();
        List<CreatePartitionsAssignment> assignments =
                nodesOfOne == null ? null : List.of(new CreatePartitionsAssignment().setBrokerIds(nodesOfOne));
        data.topics()
                .mustAdd(new CreatePartitionsTopic()
                        .setName(name)
                        .setCount(count)
                        .setAssignments(assignments));
        CreatePartitionsResponseData response = ask(ApiKeys.CREATE_PARTITIONS, 3, data);
        assertThat(response.results()).hasSize(1);
        return Errors.forCode(response.results().get(0).errorCode());
    }

    static AlterableConfig op(String name, OpType operation, String value) {
        return new AlterableConfig()
                .setName(name)
                .setConfigOperation(operation.id())
                .setValue(value);
    }

    Errors altered(String topic, AlterableConfig... changes) {
        return alter(TOPIC, topic, false, changes);
    }

    Errors alter(byte type, String name, boolean validateOnly, AlterableConfig... changes) {
        AlterConfigsResource resource =
                new AlterConfigsResource().setResourceType(type).setResourceName(name);
        for (AlterableConfig change : changes) resource.configs().mustAdd(change);
        IncrementalAlterConfigsRequestData data =
                new IncrementalAlterConfigsRequestData().setValidateOnly(validateOnly);
        data.resources().mustAdd(resource);
        IncrementalAlterConfigsResponseData response = ask(ApiKeys.INCREMENTAL_ALTER_CONFIGS, 1, data);
        assertThat(response.responses()).hasSize(1);
        return Errors.forCode(response.responses().get(0).errorCode());
    }

    DescribeConfigsResult described(byte type, String name, List<String> keys) {
        DescribeConfigsRequestData data = new DescribeConfigsRequestData()
                .setIncludeSynonyms(true)
                .setIncludeDocumentation(true)
                .setResources(List.of(new DescribeConfigsResource()
                        .setResourceType(type)
                        .setResourceName(name)
                        .setConfigurationKeys(keys)));
        DescribeConfigsResponseData response = ask(ApiKeys.DESCRIBE_CONFIGS, 4, data);
        return response.results().get(0);
    }

    static DescribeConfigsResourceResult named(DescribeConfigsResult result, String name) {
        return result.configs().stream()
                .filter(config -> config.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    TopicConfig config(String topic) {
        return metadata.image().topics().get(topic).config();
    }
}
