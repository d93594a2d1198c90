package io.letterbox.it;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Three processes that are one cluster: clients write anywhere, nodes are killed, and what was acknowledged stays. */
class ClusterIT {
    private static final int PARTITIONS = 6;
    private static final int RECORDS = 3_000;
    private static final String TOPIC = "quakes";
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TempDir
    Path directory;

    private ClusterProcesses cluster;

    /** What was acknowledged. */
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();

    /** Null until the test looks at the console. */
    private Browser console;

    @BeforeEach
    void begin() {
        ((Logger) LoggerFactory.getLogger("org.apache.kafka")).setLevel(Level.ERROR);
        cluster = ClusterProcesses.start(directory);
    }

    @AfterEach
    void end() {
        if (console != null) console.close();
        cluster.close();
    }

    @Test
    void whatWasAcknowledgedOutlivesKilledNodes() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrap()))) {
            admin.createTopics(List.of(new NewTopic(TOPIC, PARTITIONS, (short) ClusterProcesses.NODES)))
                    .all()
                    .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            for (ServerProcess node : cluster.nodes()) publish(node, "over HTTP at " + node.port());
            assertThat(leaders(admin)).as("each node leads something").containsOnlyOnceElementsOf(List.of(1, 2, 3));
            awaitWell();

            ServerProcess killed = produceWhileALeaderIsKilled(admin);
            assertThat(read()).containsAll(acknowledged);
            for (ServerProcess node : cluster.nodes())
                if (node != killed) publish(node, "without one, at " + node.port());
            seesThatItIsAway(killed);
            consoleShowsThatItIsAway(killed);

            killed.start();
            publish(killed, "back again");
            awaitWell();
            consoleShowsThatAllIsWell();
            assertThat(read()).containsAll(acknowledged);
        }
        cluster.killAll();
        startOneAfterTheOther();
        assertThat(read()).containsAll(acknowledged);
        for (ServerProcess node : cluster.nodes()) publish(node, "after all were killed, at " + node.port());
        assertThat(read()).containsAll(acknowledged);
    }

    /** Each node sees all others with everything they should have, and may be stopped. */
    private void awaitWell() {
        for (ServerProcess node : cluster.nodes()) {
            Awaitility.await().atMost(LIMIT).untilAsserted(() -> {
                String document = get(node, "/cluster").body();
                assertThat(document).contains("\"problems\":[]", "\"controller\":");
                assertThat(document.split("\"reachable\":true")).hasSize(ClusterProcesses.NODES + 1);
                assertThat(document.split("\"state\":\"leading\"")).hasSize(PARTITIONS + 1);
                HttpResponse<String> safe = get(node, "/health/safe-to-stop");
                assertThat(safe.statusCode()).as(safe.body()).isEqualTo(200);
                assertThat(get(node, "/metrics").body())
                        .contains("letterbox_cluster_reachable_nodes 3.0", "letterbox_shards_leaderless 0.0");
            });
        }
    }

    private void seesThatItIsAway(ServerProcess killed) {
        for (ServerProcess node : cluster.nodes()) {
            if (node == killed) continue;
            Awaitility.await().atMost(LIMIT).untilAsserted(() -> {
                assertThat(get(node, "/cluster").body()).contains("Node " + id(killed) + " does not answer");
                HttpResponse<String> stop = get(node, "/health/safe-to-stop");
                assertThat(stop.statusCode()).isEqualTo(503);
                assertThat(stop.body()).contains("2 are needed as a majority");
                assertThat(get(node, "/health/ready").statusCode())
                        .as("it serves")
                        .isEqualTo(200);
            });
        }
    }

    private int id(ServerProcess node) {
        return cluster.nodes().indexOf(node) + 1;
    }

    private void consoleShowsThatItIsAway(ServerProcess killed) {
        ServerProcess asked = cluster.node(id(killed) % ClusterProcesses.NODES + 1);
        console = new Browser();
        console.open(asked.base().resolve("/").toString());
        console.click("#cluster-link");
        console.findWithText("#cluster-problems li", "Node " + id(killed) + " does not answer");
        console.findWithText("tr[data-key='" + id(killed) + "']", "no answer");
        console.until("each shard has a leader", () -> console.count(".cluster-picture .replica.leads") == PARTITIONS);
        assertThat(console.count(".cluster-picture .replica.bad"))
                .as("replicas of the node that is away")
                .isEqualTo(PARTITIONS);
    }

    /** On the page that is open already. */
    private void consoleShowsThatAllIsWell() {
        console.findWithText("#cluster-facts", "all is well");
        assertThat(console.count("#cluster-problems li")).isZero();
        assertThat(console.count(".cluster-picture .replica.leads")).isEqualTo(PARTITIONS);
        assertThat(console.count(".cluster-picture .replica.good"))
                .isEqualTo(PARTITIONS * (ClusterProcesses.NODES - 1));
        assertThat(console.complaints()).isEmpty();
    }

    /** Who monitors a node that waits for others hears for whom, and everybody else is told to come again. */
    private void startOneAfterTheOther() {
        ServerProcess first = cluster.node(1).launch();
        Awaitility.await().atMost(LIMIT).ignoreExceptions().untilAsserted(() -> {
            HttpResponse<String> ready = get(first, "/health/ready");
            assertThat(ready.statusCode()).isEqualTo(503);
            assertThat(ready.body()).contains("\"status\":\"starting\"", "nothing has been heard of nodes 2 and 3");
            assertThat(get(first, "/health/live").statusCode()).isEqualTo(200);
            assertThat(get(first, "/metrics").body()).contains("jvm_");
            HttpResponse<String> refused = get(first, "/topics");
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.headers().firstValue("retry-after")).isPresent();
            assertThat(refused.body()).contains("\"STARTING\"", "nothing has been heard of nodes 2 and 3");
        });
        cluster.node(2).launch();
        cluster.node(3).launch();
        cluster.nodes().forEach(ServerProcess::awaitReady);
    }

    private static HttpResponse<String> get(ServerProcess node, String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(node.base() + path))
                .timeout(LIMIT)
                .build();
        return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private Set<Integer> leaders(Admin admin) throws Exception {
        return new HashSet<>(admin
                .describeTopics(List.of(TOPIC))
                .allTopicNames()
                .get(LIMIT.toSeconds(), TimeUnit.SECONDS)
                .get(TOPIC)
                .partitions()
                .stream()
                .map(partition -> partition.leader().id())
                .toList());
    }

    /** Kills the node that leads the first partition, as soon as a part of the records has been acknowledged. */
    private ServerProcess produceWhileALeaderIsKilled(Admin admin) throws Exception {
        int leader = admin.describeTopics(List.of(TOPIC))
                .allTopicNames()
                .get(LIMIT.toSeconds(), TimeUnit.SECONDS)
                .get(TOPIC)
                .partitions()
                .get(0)
                .leader()
                .id();
        ServerProcess node = cluster.node(leader);
        AtomicInteger answered = new AtomicInteger();
        Map<String, Exception> refused = new ConcurrentHashMap<>();
        Map<String, Object> settings = Map.of(
                "bootstrap.servers",
                cluster.bootstrap(),
                "acks",
                "all",
                "delivery.timeout.ms",
                120_000,
                "linger.ms",
                2);
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            for (int sent = 0; sent < RECORDS; sent++) {
                String value = "record " + sent;
                producer.send(new ProducerRecord<>(TOPIC, sent % PARTITIONS, null, value), (where, failure) -> {
                    if (failure == null) acknowledged.add(value);
                    else refused.put(value, failure);
                    answered.incrementAndGet();
                });
                if (sent == RECORDS / 2) {
                    Awaitility.await().atMost(LIMIT).until(() -> answered.get() > RECORDS / 4);
                    node.kill();
                }
            }
        }
        assertThat(refused).isEmpty();
        assertThat(answered).hasValue(RECORDS);
        return node;
    }

    /** Over HTTP, again while the answer is that it should be tried again. */
    private void publish(ServerProcess to, String value) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(to.base() + "/topics/" + TOPIC))
                .timeout(LIMIT)
                .header("content-type", "text/plain")
                .POST(HttpRequest.BodyPublishers.ofString(value))
                .build();
        Awaitility.await().atMost(LIMIT).untilAsserted(() -> {
            HttpResponse<String> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
        });
        acknowledged.add(value);
    }

    /** All there is, as a Kafka consumer gets it; what the producer sent is there once. */
    private Set<String> read() {
        List<TopicPartition> partitions = new ArrayList<>();
        for (int number = 0; number < PARTITIONS; number++) partitions.add(new TopicPartition(TOPIC, number));
        Map<String, Object> settings = new HashMap<>(Map.of("bootstrap.servers", cluster.bootstrap()));
        settings.put("enable.auto.commit", false);
        settings.put("isolation.level", "read_committed");
        Set<String> values = new HashSet<>();
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, LIMIT);
            consumer.seekToBeginning(partitions);
            Awaitility.await().atMost(LIMIT).until(() -> {
                for (ConsumerRecord<String, String> each : consumer.poll(Duration.ofMillis(200))) {
                    boolean first = values.add(each.value());
                    if (each.value().startsWith("record "))
                        assertThat(first).as(each.value()).isTrue();
                }
                return ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
            });
        }
        return values;
    }
}
