package io.letterbox.kafka.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.metadata.TopicConfigKey;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.config.ConfigResource.Type;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterConfigsResponseData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.ListConfigResourcesRequestData;
import org.apache.kafka.common.message.ListConfigResourcesResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigType;
import org.junit.jupiter.api.Test;

/** The APIs that describe and change settings. */
class SettingApisTest extends AdminRequests {
    @Test
    void settingsOfStreamsAndConnectAreTaken() {
        Map<String, String> streams = Map.of(
                "cleanup.policy", "compact,delete",
                "segment.bytes", "52428800",
                "segment.index.bytes", "52428800",
                "retention.ms", "-1",
                "message.timestamp.type", "CreateTime",
                "min.compaction.lag.ms", "1000",
                "min.insync.replicas", "1",
                "unclean.leader.election.enable", "false",
                "delete.retention.ms", "1",
                "file.delete.delay.ms", "30000");
        CreatableTopic topic = topic("store-changelog", 1, -1);
        streams.forEach((key, value) ->
                topic.configs().mustAdd(new CreatableTopicConfig().setName(key).setValue(value)));
        assertThat(created(topic)).isEqualTo(Errors.NONE);
    }

    @Test
    void settingsAreSetDeletedAppendedAndSubtracted() {
        made("t");
        assertThat(altered("t", op("retention.ms", OpType.SET, "5"), op("cleanup.policy", OpType.APPEND, "compact")))
                .isEqualTo(Errors.NONE);
        assertThat(config("t").retentionMs()).isEqualTo(5);
        assertThat(config("t").get(TopicConfigKey.CLEANUP_POLICY)).isEqualTo("compact,delete");
        assertThat(altered("t", op("cleanup.policy", OpType.SUBTRACT, "delete")))
                .isEqualTo(Errors.NONE);
        assertThat(config("t").get(TopicConfigKey.CLEANUP_POLICY)).isEqualTo("compact");
        assertThat(altered("t", op("retention.ms", OpType.DELETE, null), op("never.heard.of", OpType.DELETE, null)))
                .isEqualTo(Errors.NONE);
        assertThat(config("t").overrides()).containsOnlyKeys("cleanup.policy");
    }

    @Test
    void settingsAreChangedAsAWholeOrNotAtAll() {
        made("t");
        assertThat(altered("t", op("retention.ms", OpType.SET, "5"), op("segment.ms", OpType.SET, "soon")))
                .isEqualTo(Errors.INVALID_CONFIG);
        assertThat(altered("t", op("retention.ms", OpType.APPEND, "5"))).isEqualTo(Errors.INVALID_CONFIG);
        assertThat(altered("t", op("retention.ms", OpType.SET, null))).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(altered("t", op("nope", OpType.SET, "5"))).isEqualTo(Errors.INVALID_CONFIG);
        assertThat(altered("t", op("cleanup.policy", OpType.SUBTRACT, "delete")))
                .isEqualTo(Errors.INVALID_CONFIG);
        assertThat(altered("nope", op("retention.ms", OpType.SET, "5"))).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(altered("t", new AlterableConfig().setName("retention.ms").setConfigOperation((byte) 9)))
                .isEqualTo(Errors.INVALID_REQUEST);
        assertThat(alter(Type.BROKER.id(), "1", false, op("broker.id", OpType.SET, "5")))
                .isEqualTo(Errors.INVALID_REQUEST);
        assertThat(alter(Type.BROKER_LOGGER.id(), "1", false, op("root", OpType.SET, "INFO")))
                .isEqualTo(Errors.INVALID_REQUEST);
        assertThat(alter(TOPIC, "t", true, op("retention.ms", OpType.SET, "5"))).isEqualTo(Errors.NONE);
        assertThat(alter(TOPIC, "t", true, op("retention.ms", OpType.SET, "-5")))
                .isEqualTo(Errors.INVALID_CONFIG);
        assertThat(config("t").overrides()).isEmpty();
    }

    @Test
    void whatIsSetForNodesAppliesToTopicsThatSayNothing() {
        made("t");
        byte node = Type.BROKER.id();
        assertThat(alter(node, "", false, op("log.retention.ms", OpType.SET, "6")))
                .isEqualTo(Errors.NONE);
        assertThat(config("t").retentionMs()).isEqualTo(6);
        assertThat(alter(node, "1", false, op("log.retention.ms", OpType.SET, "7")))
                .isEqualTo(Errors.NONE);
        assertThat(config("t").retentionMs()).isEqualTo(7);
        DescribeConfigsResourceResult described = named(described(node, "1", null), "log.retention.ms");
        assertThat(described.value()).isEqualTo("7");
        assertThat(described.readOnly()).isFalse();
        assertThat(described.configSource()).isEqualTo(ConfigSource.DYNAMIC_BROKER_CONFIG.id());
        assertThat(described(node, "", null).configs())
                .singleElement()
                .matches(all -> all.value().equals("6")
                        && all.configSource() == ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG.id());
        assertThat(alter(node, "1", false, op("log.retention.ms", OpType.DELETE, null)))
                .isEqualTo(Errors.NONE);
        assertThat(config("t").retentionMs()).isEqualTo(6);
        assertThat(altered("t", op("retention.ms", OpType.SET, "5"))).isEqualTo(Errors.NONE);
        assertThat(config("t").retentionMs()).as("the topic's own").isEqualTo(5);
        assertThat(alter(node, "", false, op("log.retention.ms", OpType.SET, "soon")))
                .isEqualTo(Errors.INVALID_CONFIG);
        assertThat(alter(node, "", false, op("never.heard.of", OpType.SET, "1")))
                .isEqualTo(Errors.INVALID_CONFIG);
        assertThat(alter(node, "2", false, op("log.retention.ms", OpType.SET, "1")))
                .isEqualTo(Errors.INVALID_REQUEST);
    }

    @Test
    void aGroupHasSettingsOfItsOwn() {
        byte group = Type.GROUP.id();
        String session = "consumer.session.timeout.ms";
        assertThat(alter(group, "g", false, op(session, OpType.SET, "50000"))).isEqualTo(Errors.NONE);
        assertThat(named(described(group, "g", null), session).value()).isEqualTo("50000");
        assertThat(named(described(group, "g", null), session).configSource())
                .isEqualTo(ConfigSource.GROUP_CONFIG.id());
        assertThat(named(described(group, "other", null), session).configSource())
                .isEqualTo(ConfigSource.DEFAULT_CONFIG.id());
        for (String wrong : List.of("1", "soon", "99999999")) {
            assertThat(alter(group, "g", false, op(session, OpType.SET, wrong))).isEqualTo(Errors.INVALID_CONFIG);
        }
        assertThat(alter(group, "g", false, op("never.heard.of", OpType.SET, "1")))
                .isEqualTo(Errors.INVALID_CONFIG);
        assertThat(alter(group, "", false, op(session, OpType.SET, "50000"))).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(alter(group, "g", false, op(session, OpType.DELETE, null))).isEqualTo(Errors.NONE);
        assertThat(metadata.image().settings()).isEmpty();
    }

    @Test
    void allSettingsAreReplacedByTheOlderRequest() {
        made("t");
        altered("t", op("retention.ms", OpType.SET, "5"), op("segment.bytes", OpType.SET, "20000"));
        AlterConfigsRequestData data = new AlterConfigsRequestData();
        AlterConfigsRequestData.AlterConfigsResource resource = new AlterConfigsRequestData.AlterConfigsResource()
                .setResourceType(TOPIC)
                .setResourceName("t");
        resource.configs()
                .mustAdd(new AlterConfigsRequestData.AlterableConfig()
                        .setName("segment.bytes")
                        .setValue("30000"));
        data.resources().mustAdd(resource);
        AlterConfigsResponseData response = ask(ApiKeys.ALTER_CONFIGS, 2, data);
        assertThat(response.responses()).singleElement().matches(result -> result.errorCode() == 0);
        assertThat(config("t").overrides()).isEqualTo(Map.of("segment.bytes", "30000"));
    }

    @Test
    void everySettingOfATopicIsDescribed() {
        made("t");
        altered("t", op("retention.ms", OpType.SET, "5"));
        DescribeConfigsResult result = described(TOPIC, "t", null);
        assertThat(result.configs()).hasSize(TopicConfigKey.values().length).allSatisfy(config -> {
            assertThat(config.value()).isNotNull();
            assertThat(config.documentation()).isNotEmpty();
            assertThat(config.synonyms()).isNotEmpty();
            assertThat(config.configType()).isNotEqualTo(ConfigType.UNKNOWN.id());
            assertThat(config.readOnly()).isFalse();
        });
        DescribeConfigsResourceResult retention = named(result, "retention.ms");
        assertThat(retention.configSource()).isEqualTo(ConfigSource.TOPIC_CONFIG.id());
        assertThat(retention.configType()).isEqualTo(ConfigType.LONG.id());
        assertThat(retention.synonyms()).extracting("name").containsExactly("retention.ms", "log.retention.ms");
        DescribeConfigsResourceResult roll = named(result, "segment.ms");
        assertThat(roll.value()).isEqualTo("5000");
        assertThat(roll.configSource()).isEqualTo(ConfigSource.STATIC_BROKER_CONFIG.id());
        assertThat(roll.synonyms()).extracting("value").containsExactly("5000", "604800000");
        assertThat(named(result, "segment.bytes").configType()).isEqualTo(ConfigType.INT.id());
        assertThat(named(result, "cleanup.policy").configType()).isEqualTo(ConfigType.LIST.id());
        assertThat(described(TOPIC, "t", List.of("segment.bytes", "nope")).configs())
                .extracting("name")
                .containsExactly("segment.bytes");
        assertThat(described(TOPIC, "nope", null).errorCode()).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
        assertThat(described(TOPIC, "a/b", null).errorCode()).isEqualTo(Errors.INVALID_TOPIC_EXCEPTION.code());
    }

    @Test
    void whatIsAskedForTwiceIsDescribedOnce() {
        made("t");
        DescribeConfigsResource topic =
                new DescribeConfigsResource().setResourceType(TOPIC).setResourceName("t");
        DescribeConfigsResponseData response = ask(
                ApiKeys.DESCRIBE_CONFIGS,
                4,
                new DescribeConfigsRequestData().setResources(List.of(topic, topic.duplicate(), topic.duplicate())));
        assertThat(response.results()).hasSize(1);
    }

    @Test
    void aNodeTellsItsSettingsUnderKafkasNames() {
        DescribeConfigsResult result = described(Type.BROKER.id(), "1", null);
        assertThat(result.configs()).extracting("name").doesNotHaveDuplicates();
        assertThat(named(result, "num.partitions").readOnly()).isTrue();
        assertThat(named(result, "log.roll.ms").readOnly()).isFalse();
        assertThat(named(result, "num.partitions").value()).isEqualTo("3");
        assertThat(named(result, "num.partitions").configSource()).isEqualTo(ConfigSource.STATIC_BROKER_CONFIG.id());
        assertThat(named(result, "log.roll.ms").value()).isEqualTo("5000");
        assertThat(named(result, "advertised.listeners").value()).isEqualTo("PLAINTEXT://broker.test:9092");
        assertThat(described(Type.BROKER.id(), "", null).configs()).isEmpty();
        assertThat(described(Type.BROKER.id(), "2", null).errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
        assertThat(described((byte) 99, "x", null).errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
    }

    @Test
    void whatHasSettingsIsListed() {
        made("t");
        ListConfigResourcesResponseData all =
                ask(ApiKeys.LIST_CONFIG_RESOURCES, 1, new ListConfigResourcesRequestData());
        assertThat(all.configResources()).extracting("resourceName").containsExactly("t", "1", "1");
        ListConfigResourcesResponseData metrics =
                ask(ApiKeys.LIST_CONFIG_RESOURCES, 0, new ListConfigResourcesRequestData());
        assertThat(metrics.configResources()).isEmpty();
        ListConfigResourcesResponseData wrong = ask(
                ApiKeys.LIST_CONFIG_RESOURCES, 1, new ListConfigResourcesRequestData().setResourceTypes(List.of((byte)
                                99)));
        assertThat(wrong.errorCode()).isEqualTo(Errors.UNSUPPORTED_VERSION.code());
    }
}
