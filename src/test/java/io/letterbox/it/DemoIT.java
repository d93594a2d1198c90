package io.letterbox.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.letterbox.record.Partitioner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Real public data, published by the demo itself, and read back over SSE byte for byte. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DemoIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final Path PREPARED = Path.of("target", "demo");

    @TempDir
    private static Path directory;

    private static ServerProcess server;

    @BeforeAll
    static void publishTheData() {
        server = ServerProcess.in(directory).start();
        Script.Outcome demo = Script.run(
                directory, LIMIT, "demo", "--fast", "--url", server.base().toString());
        assertThat(demo.status()).as(demo.output()).isZero();
        assertThat(demo.output()).contains(server.base() + "/").contains("curl -N");
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @Test
    @Order(1)
    void theDataIsWhatThePackageHas() throws IOException {
        Path package_ = PREPARED.resolve("node_modules/vega-datasets/data");
        JsonNode earthquakes =
                JSON.readTree(package_.resolve("earthquakes.json").toFile());
        assertThat(lines("earthquakes"))
                .hasSize(earthquakes.get("metadata").get("count").asInt());
        assertThat(lines("flights"))
                .hasSize(JSON.readTree(package_.resolve("flights-200k.json").toFile())
                        .size());
    }

    @Test
    @Order(2)
    void earthquakesArriveByteForByteAndInOrder() {
        assertDelivered("earthquakes", "id");
    }

    @Test
    @Order(3)
    void flightsArriveByteForByteAndInOrder() {
        assertDelivered("flights", "distance");
    }

    @Test
    @Order(4)
    void aSecondRunPublishesNothingTwice() {
        Script.Outcome again = Script.run(
                directory, LIMIT, "demo", "--fast", "--url", server.base().toString());
        assertThat(again.status()).as(again.output()).isZero();
        assertThat(again.output()).contains("flights: 0 records published");
        long stored = 0;
        for (JsonNode partition :
                new TestClient(server.base()).describe("flights").get("partitions")) {
            stored += partition.get("highWatermark").asLong();
        }
        assertThat(stored).isEqualTo(lines("flights").size());
    }

    /** The plain stream has the values, the envelopes say which partition each record is in. */
    private static void assertDelivered(String topic, String keyField) {
        List<String> lines = lines(topic);
        Map<Integer, List<String>> expected = byPartition(topic, lines, keyField);
        Map<Integer, List<String>> delivered = new TreeMap<>();
        for (String data : stream(topic, "&format=envelope", lines.size())) {
            JsonNode record = json(data);
            delivered
                    .computeIfAbsent(record.get("partition").asInt(), p -> new ArrayList<>())
                    .add(record.get("value").asText());
        }
        assertThat(delivered.keySet()).isEqualTo(expected.keySet());
        expected.forEach((partition, values) -> assertThat(delivered.get(partition))
                .as("partition %d", partition)
                .isEqualTo(values));
        assertThat(stream(topic, "", lines.size()).stream().sorted())
                .isEqualTo(lines.stream().sorted().toList());
    }

    private static List<String> stream(String topic, String query, int records) {
        ConcurrentLinkedQueue<String> received = new ConcurrentLinkedQueue<>();
        String path = "/topics/" + topic + "/events?from=earliest" + query;
        try (SseReader reader = new SseReader(server.base().resolve(path), event -> received.add(event.data()))) {
            // size() walks the queue, so it is called seldom.
            await().atMost(LIMIT)
                    .pollInterval(Duration.ofMillis(200))
                    .until(() -> received.size() >= records || reader.failure() != null);
            assertThat(reader.failure()).isNull();
            assertThat(reader.connections()).isEqualTo(1);
        }
        return List.copyOf(received);
    }

    /** The partition of each line by Kafka's partitioner, by the key that the demo tells the server to take from it. */
    private static Map<Integer, List<String>> byPartition(String topic, List<String> lines, String keyField) {
        int partitions =
                new TestClient(server.base()).describe(topic).get("partitions").size();
        assertThat(partitions).isGreaterThan(1);
        Map<Integer, List<String>> byPartition = new TreeMap<>();
        for (String line : lines) {
            byte[] key = json(line).get(keyField).asText().getBytes(StandardCharsets.UTF_8);
            byPartition
                    .computeIfAbsent(Partitioner.forKey(key, partitions), p -> new ArrayList<>())
                    .add(line);
        }
        return byPartition;
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> lines(String topic) {
        try (Stream<String> lines = Files.lines(PREPARED.resolve(topic + ".ndjson"))) {
            return lines.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
