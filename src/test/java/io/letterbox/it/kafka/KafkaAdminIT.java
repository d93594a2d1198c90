package io.letterbox.it.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.letterbox.it.ServerProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.AlterConfigsOptions;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConfigEntry.ConfigSource;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ElectionNotNeededException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kafka's own admin client and producer with a server process: topics, settings that take effect, and codecs. */
class KafkaAdminIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> CODECS = List.of("none", "gzip", "snappy", "lz4", "zstd");

    @TempDir
    private static Path directory;

    private static ServerProcess server;
    private static Admin admin;
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @BeforeAll
    static void start() {
        server = ServerProcess.in(directory).start();
        admin = Clients.admin(server.bootstrap());
    }

    @AfterAll
    static void stop() {
        if (admin != null) admin.close();
        if (server != null) server.close();
    }

    @Test
    void topicsComeAndGoAndAreDescribed() {
        CreateTopicsResult result = admin.createTopics(List.of(
                new NewTopic("made", 3, (short) 1).configs(Map.of("retention.ms", "60000")),
                new NewTopic("left-open", java.util.Optional.empty(), java.util.Optional.empty())));
        Clients.get(result.all());
        assertThat(Clients.get(result.numPartitions("made"))).isEqualTo(3);
        assertThat(Clients.get(result.numPartitions("left-open"))).isEqualTo(1);
        assertThat(Clients.get(result.config("made")).get("retention.ms").value())
                .isEqualTo("60000");
        Uuid id = Clients.get(result.topicId("made"));
        TopicDescription made = Clients.get(
                        admin.describeTopics(List.of("made")).allTopicNames())
                .get("made");
        assertThat(made.topicId()).isEqualTo(id);
        assertThat(made.partitions()).hasSize(3);
        assertThat(made.isInternal()).isFalse();
        assertThat(made.authorizedOperations()).isNull();

        assertThatThrownBy(() -> Clients.create(admin, "made", 1, Map.of())).isInstanceOf(TopicExistsException.class);
        assertThatThrownBy(() -> Clients.create(admin, "__consumer_offsets", 1, Map.of()))
                .isInstanceOf(InvalidTopicException.class);
        assertThatThrownBy(() -> create(new NewTopic("wide", 1, (short) 3)))
                .isInstanceOf(InvalidReplicationFactorException.class);
        assertThatThrownBy(() -> Clients.create(admin, "odd", 1, Map.of("retention", "1")))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("nearest");
        Clients.get(admin.createTopics(
                        List.of(new NewTopic("only-asked", 1, (short) 1)), new CreateTopicsOptions().validateOnly(true))
                .all());
        assertThat(names()).contains("made", "left-open").doesNotContain("wide", "odd", "only-asked");

        Clients.get(admin.createPartitions(Map.of("made", NewPartitions.increaseTo(5)))
                .all());
        assertThat(Clients.get(admin.describeTopics(List.of("made")).allTopicNames())
                        .get("made")
                        .partitions())
                .hasSize(5);
        assertThatThrownBy(() -> Clients.get(admin.createPartitions(Map.of("made", NewPartitions.increaseTo(2)))
                        .all()))
                .isInstanceOf(InvalidPartitionsException.class);

        Clients.get(admin.deleteTopics(TopicCollection.ofTopicIds(List.of(id))).all());
        Clients.get(admin.deleteTopics(List.of("left-open")).all());
        assertThat(names()).doesNotContain("made", "left-open");
        assertThatThrownBy(() -> Clients.get(admin.deleteTopics(TopicCollection.ofTopicIds(List.of(id)))
                        .all()))
                .isInstanceOf(UnknownTopicIdException.class);
        assertThatThrownBy(() -> Clients.get(admin.deleteTopics(List.of("made")).all()))
                .isInstanceOf(UnknownTopicOrPartitionException.class);
    }

    @Test
    void settingsTakeEffectAtOnceAndOutliveARestart() throws Exception {
        Clients.create(admin, "changing", 1, Map.of());
        try (KafkaProducer<String, String> producer = Clients.producer(server.bootstrap())) {
            send(producer, new ProducerRecord<>("changing", "x".repeat(5_000)));
            alter("changing", Map.of("max.message.bytes", "2000"));
            assertThatThrownBy(() -> send(producer, new ProducerRecord<>("changing", "x".repeat(5_000))))
                    .isInstanceOf(RecordTooLargeException.class);
            send(producer, new ProducerRecord<>("changing", "x".repeat(500)));
            alter("changing", Map.of("message.timestamp.before.max.ms", "1000"));
            assertThatThrownBy(() -> send(producer, new ProducerRecord<>("changing", 0, 5L, null, "old")))
                    .isInstanceOf(InvalidTimestampException.class);
            alter("changing", Map.of("cleanup.policy", "compact"));
            assertThatThrownBy(() -> send(producer, new ProducerRecord<>("changing", "keyless")))
                    .isInstanceOf(org.apache.kafka.common.InvalidRecordException.class);
            alter("changing", Map.of("message.timestamp.type", "LogAppendTime"));
            send(producer, new ProducerRecord<>("changing", 0, 5L, "key", "old"));
        }
        assertThat(page("changing")).last().satisfies(record -> {
            assertThat(record.get("value").asText()).isEqualTo("old");
            assertThat(record.get("timestamp").asLong()).isGreaterThan(1_000_000_000_000L);
        });
        server.restart();
        Config config = config(ConfigResource.Type.TOPIC, "changing");
        assertThat(config.get("cleanup.policy").value()).isEqualTo("compact");
        assertThat(config.get("cleanup.policy").source()).isEqualTo(ConfigSource.DYNAMIC_TOPIC_CONFIG);
        assertThat(config.get("max.message.bytes").value()).isEqualTo("2000");
        assertThat(config.get("segment.bytes").source()).isEqualTo(ConfigSource.DEFAULT_CONFIG);
        assertThat(config.entries()).hasSizeGreaterThan(30).allSatisfy(entry -> {
            assertThat(entry.isSensitive()).isFalse();
            assertThat(entry.type()).isNotEqualTo(ConfigEntry.ConfigType.UNKNOWN);
        });
    }

    @Test
    void listsOfSettingsGrowAndShrink() {
        Clients.create(admin, "listed", 1, Map.of());
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, "listed");
        alter(topic, new AlterConfigOp(new ConfigEntry("cleanup.policy", "compact"), OpType.APPEND));
        assertThat(config(topic.type(), "listed").get("cleanup.policy").value()).isEqualTo("compact,delete");
        alter(topic, new AlterConfigOp(new ConfigEntry("cleanup.policy", "delete"), OpType.SUBTRACT));
        assertThat(config(topic.type(), "listed").get("cleanup.policy").value()).isEqualTo("compact");
        alter(topic, new AlterConfigOp(new ConfigEntry("cleanup.policy", null), OpType.DELETE));
        assertThat(config(topic.type(), "listed").get("cleanup.policy").source())
                .isEqualTo(ConfigSource.DEFAULT_CONFIG);
        Map<ConfigResource, Collection<AlterConfigOp>> asked =
                Map.of(topic, List.of(new AlterConfigOp(new ConfigEntry("retention.ms", "7"), OpType.SET)));
        Clients.get(admin.incrementalAlterConfigs(asked, new AlterConfigsOptions().validateOnly(true))
                .all());
        assertThat(config(topic.type(), "listed").get("retention.ms").value()).isEqualTo("604800000");
    }

    /**
     * Five codecs of producers times six of topics: what was sent is what is read, over HTTP and by Kafka's consumer.
     */
    @Test
    void everyCodecIsTakenKeptAsTheTopicSaysAndRead() throws Exception {
        for (String kept : List.of("producer", "uncompressed", "gzip", "snappy", "lz4", "zstd")) {
            String topic = "kept-" + kept;
            Clients.create(admin, topic, 1, Map.of("compression.type", kept));
            List<String> sent = new ArrayList<>();
            for (String codec : CODECS) {
                try (KafkaProducer<String, String> producer = Clients.producer(
                        server.bootstrap(), "compression.type", codec, "linger.ms", 50, "batch.size", 60_000)) {
                    for (int n = 0; n < 200; n++) {
                        sent.add(codec + " " + n + " " + "x".repeat(n));
                        producer.send(new ProducerRecord<>(topic, "k" + n, sent.get(sent.size() - 1)));
                    }
                }
            }
            assertThat(page(topic))
                    .extracting(record -> record.get("value").asText())
                    .isEqualTo(sent);
            assertThat(Clients.read(server.bootstrap(), topic))
                    .extracting("value")
                    .isEqualTo(sent);
            put(topic, "by-http");
            assertThat(page(topic))
                    .last()
                    .matches(record -> record.get("value").asText().equals("by-http"));
            assertThat(Clients.read(server.bootstrap(), topic)).hasSize(sent.size() + 1);
        }
    }

    @Test
    void theClusterIsDescribed() {
        assertThat(Clients.get(admin.describeCluster().clusterId())).isNotEmpty();
        int node = Clients.get(admin.describeCluster().controller()).id();
        assertThat(Clients.get(admin.describeCluster().nodes())).singleElement().matches(n -> n.id() == node);
        assertThat(config(ConfigResource.Type.BROKER, "" + node)
                        .get("num.partitions")
                        .value())
                .isEqualTo("1");
        assertThat(Clients.get(admin.listPartitionReassignments().reassignments()))
                .isEmpty();
        Clients.create(admin, "led", 1, Map.of());
        TopicPartition partition = new TopicPartition("led", 0);
        assertThat(Clients.get(admin.electLeaders(ElectionType.PREFERRED, Set.of(partition))
                        .partitions()))
                .hasEntrySatisfying(partition, failure -> assertThat(failure.orElseThrow())
                        .isInstanceOf(ElectionNotNeededException.class));
        assertThat(Clients.get(admin.describeMetadataQuorum().quorumInfo()).leaderId())
                .isEqualTo(node);
    }

    private static void create(NewTopic topic) {
        Clients.get(admin.createTopics(List.of(topic)).all());
    }

    private static Set<String> names() {
        return Clients.get(admin.listTopics().names());
    }

    private static void alter(String topic, Map<String, String> settings) {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        settings.forEach((name, value) -> alter(resource, new AlterConfigOp(new ConfigEntry(name, value), OpType.SET)));
    }

    private static void alter(ConfigResource resource, AlterConfigOp change) {
        Clients.get(
                admin.incrementalAlterConfigs(Map.of(resource, List.of(change))).all());
    }

    private static Config config(ConfigResource.Type type, String name) {
        ConfigResource resource = new ConfigResource(type, name);
        KafkaFuture<Map<ConfigResource, Config>> all =
                admin.describeConfigs(List.of(resource)).all();
        return Clients.get(all).get(resource);
    }

    private static void send(KafkaProducer<String, String> producer, ProducerRecord<String, String> record) {
        try {
            producer.send(record).get();
        } catch (java.util.concurrent.ExecutionException e) {
            throw (RuntimeException) e.getCause();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static List<JsonNode> page(String topic) throws IOException, InterruptedException {
        URI uri = server.base().resolve("/topics/" + topic + "/records?partition=0&offset=earliest&limit=10000");
        HttpResponse<String> response = HTTP.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        List<JsonNode> records = new ArrayList<>();
        JSON.readTree(response.body()).get("records").forEach(records::add);
        return records;
    }

    private static void put(String topic, String value) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(server.base().resolve("/topics/" + topic + "?key=k"))
                .POST(HttpRequest.BodyPublishers.ofString(value))
                .build();
        assertThat(HTTP.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
    }
}
