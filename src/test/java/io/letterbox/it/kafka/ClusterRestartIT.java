package io.letterbox.it.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.letterbox.it.ClusterProcesses;
import io.letterbox.it.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nodes of a cluster are stopped one after the other and started again, each when the one before is ready: Kafka's
 * verifiable producer and consumer notice nothing that they have to tell.
 */
class ClusterRestartIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int RECORDS = 20_000;
    private static final int PARTITIONS = 3;

    /** How often the output is read, which is long. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    @TempDir
    private static Path directory;

    private static ClusterProcesses cluster;
    private static Admin admin;

    @BeforeAll
    static void start() {
        cluster = ClusterProcesses.start(directory);
        admin = Clients.admin(cluster.bootstrap());
    }

    @AfterAll
    static void stop() {
        if (admin != null) admin.close();
        if (cluster != null) cluster.close();
    }

    @Test
    void aRollingRestartIsNoErrorForKafkasVerifiableProducer() throws IOException {
        Clients.get(admin.createTopics(List.of(new NewTopic("verified", PARTITIONS, (short) ClusterProcesses.NODES)))
                .all());
        // It repeats nothing by itself unless it is told to.
        Path settings = Files.writeString(
                directory.resolve("verifiable.properties"), "retries=2147483647\nenable.idempotence=true\n");
        try (Program producer = Program.start(
                        directory,
                        Program.tool(
                                "VerifiableProducer",
                                "--bootstrap-server",
                                cluster.bootstrap(),
                                "--topic",
                                "verified",
                                "--throughput",
                                "1000",
                                "--command-config",
                                settings.toString()));
                Program consumer = Program.start(
                        directory,
                        Program.tool(
                                "VerifiableConsumer",
                                "--bootstrap-server",
                                cluster.bootstrap(),
                                "--topic",
                                "verified",
                                "--group-id",
                                "verifiers",
                                "--reset-policy",
                                "earliest",
                                "--verbose"))) {
            await().pollInterval(LOOK)
                    .atMost(Clients.LIMIT)
                    .until(() -> !acknowledged(producer).isEmpty() || !producer.isAlive());
            for (ServerProcess node : cluster.nodes()) {
                assertThat(node.stop()).as(node.output()).isZero();
                node.start();
            }
            await().pollInterval(LOOK)
                    .atMost(Clients.LIMIT)
                    .until(() -> acknowledged(producer).size() >= RECORDS || !producer.isAlive());
            Program.Outcome sent = producer.stop(Clients.LIMIT);
            assertThat(named(sent.output(), "producer_send_error")).isEmpty();
            Set<String> acknowledged = places(named(sent.output(), "producer_send_success"));
            assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(RECORDS);
            await().pollInterval(LOOK)
                    .atMost(Clients.LIMIT)
                    .until(() -> places(named(consumer.output(), "record_data")).containsAll(acknowledged)
                            || !consumer.isAlive());
            assertThat(places(named(consumer.output(), "record_data")))
                    .as(consumer.everything())
                    .containsAll(acknowledged);
            consumer.stop(Clients.LIMIT);
        }
        assertThat(Clients.read(cluster.bootstrap(), "verified").stream().map(ConsumerRecord::value))
                .doesNotHaveDuplicates();
    }

    private static List<JsonNode> acknowledged(Program producer) {
        return named(producer.output(), "producer_send_success");
    }

    /** The events of one name that a tool has printed, each on a line that is complete. */
    private static List<JsonNode> named(String output, String name) {
        String complete = output.substring(0, output.lastIndexOf('\n') + 1);
        return complete.lines()
                .filter(line -> line.startsWith("{") && line.contains('"' + name + '"'))
                .map(ClusterRestartIT::parse)
                .toList();
    }

    private static JsonNode parse(String line) {
        try {
            return JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new AssertionError(line, e);
        }
    }

    private static Set<String> places(List<JsonNode> events) {
        Set<String> places = new HashSet<>();
        for (JsonNode each : events)
            places.add(each.get("partition").asInt() + "@" + each.get("offset").asLong() + " " + each.get("value"));
        return places;
    }
}
