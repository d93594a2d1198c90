package io.letterbox.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

/** Kafka's own producer with a server process; what it has produced is read over HTTP. */
class KafkaProducerIT {
    private static final int PARTITIONS = 3;
    private static final int RECORDS = 500;
    private static final int WAIT_S = 60;

    @TempDir
    static Path directory;

    private static ServerProcess server;
    private static TestClient http;

    @BeforeAll
    static void start() {
        ((Logger) LoggerFactory.getLogger("org.apache.kafka")).setLevel(Level.ERROR);
        server = ServerProcess.in(directory.resolve("shared")).start();
        http = new TestClient(server.base());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static KafkaProducer<String, String> producer(ServerProcess to, Object... settings) {
        Map<String, Object> config = new HashMap<>(Map.of("bootstrap.servers", to.bootstrap()));
        for (int i = 0; i < settings.length; i += 2) config.put((String) settings[i], settings[i + 1]);
        return new KafkaProducer<>(config, new StringSerializer(), new StringSerializer());
    }

    private static RecordMetadata get(Future<RecordMetadata> sent) throws Exception {
        try {
            return sent.get(WAIT_S, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw (Exception) e.getCause();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "none,0",
        "none,1",
        "none,all",
        "gzip,0",
        "gzip,1",
        "gzip,all",
        "snappy,0",
        "snappy,1",
        "snappy,all",
        "lz4,0",
        "lz4,1",
        "lz4,all",
        "zstd,0",
        "zstd,1",
        "zstd,all"
    })
    void whatIsProducedIsRead(String codec, String acks) throws Exception {
        String topic = "codec-" + codec + "-" + acks;
        http.create(topic, PARTITIONS, Map.of());
        Map<Integer, List<String>> sent = new HashMap<>();
        try (KafkaProducer<String, String> producer = producer(
                server,
                "compression.type",
                codec,
                "acks",
                acks,
                "enable.idempotence",
                acks.equals("all"),
                "linger.ms",
                5)) {
            for (int i = 0; i < RECORDS; i++) {
                String value = "value " + i + " é " + "x".repeat(i % 50);
                int partition = i % PARTITIONS;
                producer.send(new ProducerRecord<>(topic, partition, "k" + i, value));
                sent.computeIfAbsent(partition, p -> new ArrayList<>()).add(value);
            }
        }
        // Without acknowledgements the producer is done before the server is.
        Awaitility.await()
                .atMost(WAIT_S, TimeUnit.SECONDS)
                .until(() -> http.describe(topic).get("records").asInt() == RECORDS);
        Map<Integer, List<String>> read = new HashMap<>();
        http.log(topic)
                .forEach((partition, records) -> read.put(
                        partition.partition(),
                        records.stream().map(History.Placed::value).toList()));
        assertThat(read).isEqualTo(sent);
        String counted = "letterbox_records_in_total{door=\"kafka\",topic=\"" + topic + "\"}";
        Awaitility.await().atMost(WAIT_S, TimeUnit.SECONDS).until(() -> http.metric(counted) == RECORDS);
    }

    @Test
    void theProducerLearnsWhereItsRecordsAre() throws Exception {
        http.create("places", 1, Map.of("retention.ms", "-1"));
        http.create("stamped", 1, Map.of("message.timestamp.type", "LogAppendTime"));
        long before = System.currentTimeMillis();
        try (KafkaProducer<String, String> producer = producer(server)) {
            for (int i = 0; i < 5; i++) {
                RecordMetadata placed = get(producer.send(new ProducerRecord<>("places", 0, 1000L + i, "k", "v" + i)));
                assertThat(placed.offset()).isEqualTo(i);
                assertThat(placed.timestamp()).isEqualTo(1000L + i);
            }
            assertThat(get(producer.send(new ProducerRecord<>("stamped", 0, 1000L, "k", "v")))
                            .timestamp())
                    .isGreaterThanOrEqualTo(before);
        }
        JsonNode record = http.get("/topics/places/records?partition=0&offset=3&limit=1")
                .get("records")
                .get(0);
        assertThat(record.get("key").asText()).isEqualTo("k");
        assertThat(record.get("timestamp").asLong()).isEqualTo(1003);
    }

    @Test
    void aTopicIsMadeByTheFirstRecord() throws Exception {
        try (KafkaProducer<String, String> producer = producer(server)) {
            assertThat(get(producer.send(new ProducerRecord<>("new.topic", "v")))
                            .offset())
                    .isZero();
        }
        assertThat(http.describe("new.topic").get("records").asInt()).isEqualTo(1);
    }

    @Test
    void refusalsReachTheCaller() {
        http.create("small", 1, Map.of("max.message.bytes", "10000"));
        http.create("keyed", 1, Map.of("cleanup.policy", "compact"));
        try (KafkaProducer<String, String> producer = producer(server)) {
            assertThatThrownBy(() -> get(producer.send(new ProducerRecord<>("small", "x".repeat(20_000)))))
                    .isInstanceOf(RecordTooLargeException.class);
            assertThatThrownBy(() -> get(producer.send(new ProducerRecord<>("keyed", "no key"))))
                    .isInstanceOf(InvalidRecordException.class);
            assertThatThrownBy(() -> get(producer.send(new ProducerRecord<>("no/topic", "v"))))
                    .isInstanceOf(InvalidTopicException.class);
        }
        assertThat(http.describe("small").get("records").asInt()).isZero();
        assertThat(http.describe("keyed").get("records").asInt()).isZero();
    }

    @Test
    void recordsOfManySizesKeepTheirOrder() throws Exception {
        http.create("sizes", 1, Map.of("max.message.bytes", "4000000"));
        List<String> sent = new ArrayList<>();
        try (KafkaProducer<String, String> producer =
                producer(server, "max.request.size", 4_000_000, "buffer.memory", 64 << 20, "batch.size", 100_000)) {
            for (int size = 1; size < 3_000_000; size = size * 3 + 1) {
                for (int again = 0; again < 3; again++) {
                    String value = again + "y".repeat(size);
                    sent.add(value);
                    producer.send(new ProducerRecord<>("sizes", value));
                }
            }
        }
        List<String> read = new ArrayList<>();
        while (read.size() < sent.size()) {
            JsonNode page = http.get("/topics/sizes/records?partition=0&offset=" + read.size() + "&limit=1");
            page.get("records").forEach(record -> read.add(record.get("value").asText()));
        }
        assertThat(read.equals(sent)).isTrue();
    }

    /** A stop drains: acknowledged records are there once, and the producer continues with the next process. */
    @Test
    void restartsLoseAndRepeatNothing() throws Exception {
        try (ServerProcess own = ServerProcess.in(directory.resolve("restarts")).start()) {
            TestClient client = new TestClient(own.base());
            client.create("t", 2, Map.of());
            AtomicBoolean goOn = new AtomicBoolean(true);
            Map<Integer, Future<RecordMetadata>> sent = new LinkedHashMap<>();
            try (KafkaProducer<String, String> producer =
                    producer(own, "linger.ms", 1, "reconnect.backoff.max.ms", 100)) {
                Thread load = new Thread(() -> {
                    for (int i = 0; goOn.get(); i++) {
                        sent.put(i, producer.send(new ProducerRecord<>("t", i % 2, null, Integer.toString(i))));
                        if (i % 100 == 0) producer.flush();
                    }
                });
                load.start();
                for (int round = 0; round < 3; round++) {
                    int soFar = client.describe("t").get("records").asInt();
                    Awaitility.await()
                            .atMost(WAIT_S, TimeUnit.SECONDS)
                            .until(() -> client.describe("t").get("records").asInt() > soFar + 200);
                    own.restart();
                }
                goOn.set(false);
                load.join();
                for (Future<RecordMetadata> each : sent.values()) get(each);
            }
            List<String> read = new ArrayList<>();
            client.log("t").values().forEach(records -> records.forEach(record -> read.add(record.value())));
            assertThat(read).hasSameSizeAs(sent.keySet());
            assertThat(read.stream().map(Integer::valueOf)).containsExactlyInAnyOrderElementsOf(sent.keySet());
            assertThat(own.output()).doesNotContain("ERROR");
        }
    }

    @Test
    void theStartLogSaysWhatIsAdvertised() {
        try (ServerProcess own = ServerProcess.in(directory.resolve("advertised"))
                .set("kafka.advertisedHost", "broker.example")
                .set("kafka.advertisedPort", 19092)
                .start()) {
            assertThat(own.output()).contains("they are told to connect to broker.example:19092");
            assertThat(own.output()).doesNotContain("WARN");
            JsonNode node =
                    new TestClient(own.base()).get("/cluster").get("nodes").get(0);
            assertThat(node.get("kafkaHost").asText()).isEqualTo("broker.example");
            assertThat(node.get("kafkaPort").asInt()).isEqualTo(19092);
        }
    }

    @Test
    void theDoorCanBeLeftOut() {
        try (ServerProcess own = ServerProcess.in(directory.resolve("closed"))
                .set("kafka.enabled", false)
                .start()) {
            String[] address = own.bootstrap().split(":");
            assertThatThrownBy(() -> new Socket(address[0], Integer.parseInt(address[1])).close())
                    .isInstanceOf(IOException.class);
            assertThat(new TestClient(own.base())
                            .get("/cluster")
                            .get("nodes")
                            .get(0)
                            .has("kafkaPort"))
                    .isFalse();
        }
    }
}
