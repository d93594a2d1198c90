package io.letterbox.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** No error response contains a path of the server's machine, whatever goes wrong with files. */
class DisclosureIT {
    private static final int WAIT_S = 30;
    private static final Map<String, String> SMALL_SEGMENTS = Map.of("segment.bytes", "16384");

    @TempDir
    Path directory;

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<String> answers = new ArrayList<>();
    private ServerProcess server;
    private Path mounted;

    @BeforeAll
    static void quiet() {
        ((Logger) LoggerFactory.getLogger("org.apache.kafka")).setLevel(Level.OFF);
    }

    @AfterEach
    void stop() throws Exception {
        if (server != null) server.close();
        if (mounted != null) run("umount", "-l", mounted.toString());
    }

    @Test
    void damagedAndMissingFilesAreToldWithoutTheirPlace() throws Exception {
        server = ServerProcess.in(directory.resolve("secret place")).start();
        TestClient client = new TestClient(server.base());
        for (String topic : List.of("damaged", "missing", "late")) {
            client.create(topic, 1, SMALL_SEGMENTS);
            for (int i = 0; i < 6; i++) client.publish(topic, "x".repeat(10_000), null);
        }
        assertThat(server.stop()).isZero();
        flip(segment("damaged"));
        server.start();
        Files.delete(segment("missing"));
        flip(segment("late"));
        for (String topic : List.of("damaged", "missing", "late")) askEverything(topic);
        assertThat(answers).anySatisfy(answer -> assertThat(answer).contains("PARTITION_QUARANTINED"));
        assertThat(answers).anySatisfy(answer -> assertThat(answer).contains("STORAGE_UNAVAILABLE"));
        noneNamesThePlace();
    }

    /** Without inodes files can be written, but none can be created. */
    @Test
    void aFullDiskIsToldWithoutItsPlace() throws Exception {
        mounted = Files.createDirectory(directory.resolve("secret place"));
        assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=512m,nr_inodes=200", "tmpfs", mounted.toString()) == 0);
        server = ServerProcess.in(directory.resolve("server"))
                .set("node.dataDir", mounted.resolve("data"))
                .set("storage.diskReserveBytes", 0)
                .start();
        new TestClient(server.base()).create("full", 1, SMALL_SEGMENTS);
        assertThatThrownBy(() -> {
                    for (int i = 0; ; i++) Files.createFile(mounted.resolve("filler-" + i));
                })
                .isInstanceOf(FileSystemException.class);
        for (int i = 0; i < 3; i++) askEverything("full");
        for (int i = 0; i < 3; i++) ask("PUT", "/topics/new-" + i, "{\"partitions\":5}");
        assertThat(answers).anySatisfy(answer -> assertThat(answer).contains("\"status\":50"));
        noneNamesThePlace();
    }

    private void noneNamesThePlace() {
        assertThat(answers).hasSizeGreaterThan(10);
        assertThat(answers).allSatisfy(answer -> assertThat(answer)
                .doesNotContain("secret place")
                .doesNotContain(directory.toString())
                .doesNotContain("java.nio")
                .doesNotContain("java.io"));
    }

    private void askEverything(String topic) throws Exception {
        ask("POST", "/topics/" + topic, "x".repeat(20_000));
        for (String path : List.of(
                "/topics/" + topic,
                "/topics/" + topic + "/records?partition=0&offset=0",
                "/topics/" + topic + "/records?partition=0&time=1970-01-01T00:00:01Z",
                "/topics/" + topic + "/records?partition=0&offset=latest",
                "/topics/" + topic + "/events?from=earliest",
                "/topics/" + topic + "/events?from=1970-01-01T00:00:01Z",
                "/topics/" + topic + "/events?group=g-" + topic,
                "/topics",
                "/groups",
                "/groups/g-" + topic,
                "/cluster",
                "/console/api/overview",
                "/console/api/connections",
                "/health/ready",
                "/health/live",
                "/metrics")) {
            ask("GET", path, null);
        }
        ask("PATCH", "/topics/" + topic, "{\"partitions\":2}");
        askAsKafkaClient(topic);
    }

    private void askAsKafkaClient(String topic) {
        Map<String, Object> config = Map.of(
                "bootstrap.servers", server.bootstrap(), "default.api.timeout.ms", 5000, "request.timeout.ms", 5000);
        TopicPartition partition = new TopicPartition(topic, 0);
        try (Admin admin = Admin.create(config)) {
            told(() -> admin.listOffsets(Map.of(partition, OffsetSpec.forTimestamp(1)))
                    .all()
                    .get());
            told(() -> admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(1)))
                    .all()
                    .get());
            told(() -> admin.describeProducers(List.of(partition)).all().get());
            told(() -> admin.createTopics(List.of(new NewTopic(topic + "-2", 3, (short) 1)))
                    .all()
                    .get());
            told(() -> admin.describeConsumerGroups(List.of("g-" + topic)).all().get());
        }
        Map<String, Object> producing = Map.of(
                "bootstrap.servers",
                server.bootstrap(),
                "max.block.ms",
                5000,
                "retries",
                0,
                "delivery.timeout.ms",
                5000,
                "linger.ms",
                0,
                "request.timeout.ms",
                5000);
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(producing, new StringSerializer(), new StringSerializer())) {
            told(() -> producer.send(new ProducerRecord<>(topic, 0, "k", "x".repeat(20_000)))
                    .get());
        }
    }

    private interface Request {
        Object send() throws Exception;
    }

    private void told(Request request) {
        try {
            answers.add(String.valueOf(request.send()));
        } catch (ExecutionException refused) {
            answers.add(String.valueOf(refused.getCause().getMessage()));
        } catch (Exception gone) {
            throw new AssertionError(gone);
        }
    }

    /** Notes the response; of a stream, what has arrived after some seconds. */
    private void ask(String method, String path, String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(server.base().resolve(path))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .timeout(Duration.ofSeconds(WAIT_S))
                .build();
        if (!path.contains("/events")) {
            answers.add(http.send(request, BodyHandlers.ofString()).body());
            return;
        }
        StringBuilder stream = new StringBuilder();
        HttpResponse<java.util.stream.Stream<String>> open = http.send(request, BodyHandlers.ofLines());
        Thread reader = new Thread(() -> {
            try {
                open.body().forEach(line -> {
                    synchronized (stream) {
                        stream.append(line);
                    }
                });
            } catch (UncheckedIOException ended) {
                // The server was stopped: what arrived before has been noted.
            }
        });
        reader.setDaemon(true);
        reader.start();
        reader.join(TimeUnit.SECONDS.toMillis(1));
        synchronized (stream) {
            answers.add(stream.toString());
        }
    }

    /** The oldest segment of a topic's only partition. */
    private Path segment(String topic) {
        return server.partitionDir(topic, 0).resolve("00000000000000000000.log");
    }

    private static void flip(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 3] ^= 1;
        Files.write(file, bytes);
    }

    private static int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor();
    }
}
