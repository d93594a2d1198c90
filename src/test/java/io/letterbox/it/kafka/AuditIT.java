package io.letterbox.it.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.letterbox.it.ServerProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.AlterConfigsOptions;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every change leaves one line in the server's log with what was changed and by whom; a refused change leaves none. */
class AuditIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @TempDir
    private static Path directory;

    private static ServerProcess server;
    private static Admin admin;

    @BeforeAll
    static void start() {
        server = ServerProcess.in(directory)
                .set("storage.housekeepingIntervalMs", 100)
                .start();
        admin = Clients.admin(server.bootstrap());
        // Creates the internal topic, which is logged, too.
        admin.listConsumerGroupOffsets("nobody").partitionsToOffsetAndMetadata();
        await().atMost(LIMIT).until(() -> lines().stream().anyMatch(line -> line.contains("__consumer_offsets")));
    }

    @AfterAll
    static void stop() {
        if (admin != null) admin.close();
        if (server != null) server.close();
    }

    private static List<String> lines() {
        return server.output()
                .lines()
                .filter(line -> line.contains(" INFO  audit - "))
                .map(line -> line.substring(line.indexOf(" - ") + 3))
                .toList();
    }

    /** The log line of a change; exactly one. */
    private static String line(Callable<?> change) throws Exception {
        int before = lines().size();
        change.call();
        await().atMost(LIMIT).until(() -> lines().size() > before);
        List<String> said = lines().subList(before, lines().size());
        assertThat(said).hasSize(1);
        return said.get(0);
    }

    /** Expects that a refused change is not logged: the next line is that of another change. */
    private static void nothing(Callable<?> refused) throws Exception {
        String said = line(() -> {
            try {
                refused.call();
            } catch (AssertionError | RuntimeException expected) {
                // The request was refused.
            }
            return http("PUT", "/topics/marker" + System.nanoTime(), "{}");
        });
        assertThat(said).startsWith("Topic marker");
    }

    private static int http(String method, String path, String body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(server.base() + path))
                .header("User-Agent", "audit/1")
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
        return HTTP.send(request, BodyHandlers.discarding()).statusCode();
    }

    private static final String BY_HTTP = " by HTTP client 127.0.0.1 (audit/1)";

    @Test
    void overHttp() throws Exception {
        assertThat(line(() -> http("PUT", "/topics/h", "{\"partitions\":2,\"config\":{\"retention.ms\":\"5000\"}}")))
                .isEqualTo("Topic h created (partitions: 2; retention.ms: 5000)" + BY_HTTP);
        nothing(() -> http("PUT", "/topics/h", "{\"partitions\":3}"));
        assertThat(line(() -> http("PATCH", "/topics/h", "{\"config\":{\"retention.ms\":\"6000\"}}")))
                .isEqualTo("Topic h changed (retention.ms: 5000 → 6000)" + BY_HTTP);
        nothing(() -> http("PATCH", "/topics/h", "{\"config\":{\"retention.ms\":\"soon\"}}"));
        assertThat(line(() -> http("PATCH", "/topics/h", "{\"partitions\":3}")))
                .isEqualTo("Topic h changed (partitions: 2 → 3)" + BY_HTTP);
        assertThat(line(() -> http("POST", "/topics/by-use", "x")))
                .isEqualTo("Topic by-use created (partitions: 1)" + BY_HTTP + ", because it published to it");
        nothing(() -> http("POST", "/topics/by-use", "y"));

        String to = "{\"offsets\":[{\"topic\":\"by-use\",\"partition\":0,\"to\":\"latest\"}]}";
        nothing(() -> http("PUT", "/groups/hg/offsets?dryRun=true", to));
        assertThat(line(() -> http("PUT", "/groups/hg/offsets", to)))
                .isEqualTo("Group hg moved (by-use/0: nothing → 2)" + BY_HTTP);
        String back = to.replace("latest", "earliest");
        assertThat(line(() -> http("PUT", "/groups/hg/offsets", back)))
                .isEqualTo("Group hg moved (by-use/0: 2 → 0)" + BY_HTTP);
        assertThat(line(() -> http("DELETE", "/groups/hg/offsets?topic=by-use", "")))
                .isEqualTo("Group hg changed (by-use/0: offset deleted)" + BY_HTTP);
        http("PUT", "/groups/hg2/offsets", to);
        assertThat(line(() -> http("DELETE", "/groups/hg2", ""))).isEqualTo("Group hg2 deleted" + BY_HTTP);
        nothing(() -> http("DELETE", "/groups/hg2", ""));

        assertThat(line(() -> http("DELETE", "/topics/h", ""))).isEqualTo("Topic h deleted (partitions: 3)" + BY_HTTP);
        nothing(() -> http("DELETE", "/topics/h", ""));
        nothing(() -> http("POST", "/clock/confirm", ""));
        nothing(() -> http("GET", "/topics", ""));
    }

    @Test
    void overTheKafkaProtocol() throws Exception {
        String by = " by Kafka client 127.0.0.1 (adminclient-";
        NewTopic k = new NewTopic("k", 2, (short) 1).configs(Map.of("segment.ms", "9000"));
        nothing(() -> Clients.get(admin.createTopics(List.of(k), new CreateTopicsOptions().validateOnly(true))
                .all()));
        assertThat(line(() -> Clients.get(admin.createTopics(List.of(k)).all())))
                .startsWith("Topic k created (partitions: 2; segment.ms: 9000)" + by);
        nothing(() -> Clients.get(admin.createTopics(List.of(k)).all()));
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, "k");
        nothing(() -> alter(topic, "segment.ms", "8000", true));
        assertThat(line(() -> alter(topic, "segment.ms", "8000", false)))
                .startsWith("Topic k changed (segment.ms: 9000 → 8000)" + by);
        assertThat(line(() -> alter(
                        new ConfigResource(ConfigResource.Type.BROKER, ""), "log.retention.ms", "604800001", false)))
                .startsWith("Settings of node (all) changed (retention.ms: default → 604800001)" + by);
        assertThat(line(() -> alter(
                        new ConfigResource(ConfigResource.Type.GROUP, "kg"),
                        "consumer.session.timeout.ms",
                        "46000",
                        false)))
                .startsWith("Settings of group kg changed (consumer.session.timeout.ms: default → 46000)" + by);
        assertThat(line(() -> Clients.get(admin.createPartitions(Map.of("k", NewPartitions.increaseTo(3)))
                        .all())))
                .startsWith("Topic k changed (partitions: 2 → 3)" + by);

        TopicPartition k0 = new TopicPartition("k", 0);
        for (int i = 0; i < 5; i++) http("POST", "/topics/k?partition=0", "x");
        assertThat(line(() -> Clients.get(admin.deleteRecords(Map.of(k0, RecordsToDelete.beforeOffset(3)))
                        .all())))
                .startsWith("Records of k/0 deleted (offsets: 0–2)" + by);
        nothing(() -> Clients.get(admin.deleteRecords(Map.of(k0, RecordsToDelete.beforeOffset(99)))
                .all()));

        assertThat(line(() -> move("kg", k0, 4))).startsWith("Group kg moved (k/0: nothing → 4)" + by);
        assertThat(line(() -> move("kg", k0, 3))).startsWith("Group kg moved (k/0: 4 → 3)" + by);
        assertThat(line(() -> Clients.get(
                        admin.deleteConsumerGroupOffsets("kg", Set.of(k0)).all())))
                .startsWith("Group kg changed (k/0: offset deleted)" + by);
        move("kg2", k0, 4);
        assertThat(line(() ->
                        Clients.get(admin.deleteConsumerGroups(List.of("kg2")).all())))
                .startsWith("Group kg2 deleted" + by);
        nothing(() -> Clients.get(admin.deleteConsumerGroups(List.of("kg2")).all()));
        assertThat(line(() -> Clients.get(admin.deleteTopics(List.of("k")).all())))
                .startsWith("Topic k deleted (partitions: 3)" + by);
    }

    private static Object alter(ConfigResource resource, String key, String value, boolean dryRun) {
        AlterConfigOp set = new AlterConfigOp(new ConfigEntry(key, value), OpType.SET);
        return Clients.get(admin.incrementalAlterConfigs(
                        Map.of(resource, List.of(set)), new AlterConfigsOptions().validateOnly(dryRun))
                .all());
    }

    private static Object move(String group, TopicPartition partition, long offset) {
        return Clients.get(admin.alterConsumerGroupOffsets(group, Map.of(partition, new OffsetAndMetadata(offset)))
                .all());
    }

    @Test
    void aConsumerIsToldOfOnceAndAMemberNever() throws Exception {
        http("PUT", "/topics/c", "{}");
        TopicPartition c0 = new TopicPartition("c", 0);
        for (int i = 0; i < 5; i++) http("POST", "/topics/c", "x");
        try (KafkaConsumer<String, String> alone =
                Clients.consumer(server.bootstrap(), "group.id", "by-hand", "client.id", "loner")) {
            alone.assign(List.of(c0));
            assertThat(line(() -> commit(alone, c0, 1)))
                    .isEqualTo("Group by-hand moved (c/0: nothing → 1) by Kafka client 127.0.0.1 (loner)");
            nothing(() -> commit(alone, c0, 2));
            nothing(() -> commit(alone, c0, 3));
            assertThat(line(() -> commit(alone, c0, 1))).startsWith("Group by-hand moved (c/0: 3 → 1)");
        }
        try (KafkaConsumer<String, String> member = Clients.consumer(server.bootstrap(), "group.id", "members")) {
            member.subscribe(List.of("c"));
            await().atMost(LIMIT)
                    .until(() -> !member.poll(Duration.ofMillis(100)).isEmpty());
            nothing(() -> commit(member, c0, 2));
        }
        assertThat(line(() -> {
                    try (KafkaConsumer<String, String> typo =
                            Clients.consumer(server.bootstrap(), "group.id", "typo", "client.id", "typist")) {
                        return typo.partitionsFor("paymnets");
                    }
                }))
                .isEqualTo("Topic paymnets created (partitions: 1) by Kafka client 127.0.0.1 (typist), because it asked"
                        + " for a topic of that name");
    }

    private static Object commit(KafkaConsumer<String, String> consumer, TopicPartition partition, long offset) {
        consumer.commitSync(Map.of(partition, new OffsetAndMetadata(offset)));
        return null;
    }

    @Test
    void aTransactionThatIsEndedByHandAndWhatRetentionRemoves() throws Exception {
        TopicPartition x0 = new TopicPartition("x", 0);
        http("PUT", "/topics/x", "{}");
        try (KafkaProducer<String, String> producer =
                Clients.producer(server.bootstrap(), "transactional.id", "hangs")) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("x", "k", "v")).get();
            ProducerState state = Clients.get(
                            admin.describeProducers(List.of(x0)).all())
                    .get(x0)
                    .activeProducers()
                    .get(0);
            assertThat(state.currentTransactionStartOffset()).isPresent();
            String said = line(() -> Clients.get(admin.abortTransaction(new AbortTransactionSpec(
                            x0,
                            state.producerId(),
                            (short) state.producerEpoch(),
                            state.coordinatorEpoch().orElse(0)))
                    .all()));
            assertThat(said)
                    .startsWith("Transaction of producer " + state.producerId()
                            + " ended by hand (x/0: aborted) by Kafka client 127.0.0.1 (adminclient-");
        }
        http("PUT", "/topics/old", "{\"partitions\":2,\"config\":{\"retention.ms\":\"1000\"}}");
        String said = line(() -> {
            http("POST", "/topics/old?partition=0&timestamp=1000", "long ago");
            return null;
        });
        assertThat(said)
                .matches("Topic old trimmed \\(rule: retention.ms 1000; partitions: 0: 0–0; offsets: 1; bytes: \\d+\\)"
                        + " by the server itself");
    }
}
