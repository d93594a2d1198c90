package io.letterbox.it.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.letterbox.it.ServerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.ConfigResource.Type;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kafka Connect copies a file through the server into another file, as a standalone and as a distributed worker. */
class ConnectIT {
    private static final String CLI = "org.apache.kafka.connect.cli.";
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path directory;

    private final HttpClient http = HttpClient.newHttpClient();
    private final URI rest = URI.create("http://127.0.0.1:" + ServerProcess.freePort());

    @Test
    void standaloneFromFileToFile() throws IOException {
        try (KafkaTarget target = KafkaTarget.start(directory)) {
            Path from = write("from.txt", lines(0, 500));
            Path to = directory.resolve("to.txt");
            Path worker = properties(
                    "worker",
                    worker(
                            target,
                            Map.of(
                                    "offset.storage.file.filename",
                                    directory.resolve("offsets").toString())));
            Path source = properties("source", source("carried", from));
            Path sink = properties("sink", sink("carried", to));
            List<String> command = Program.java(
                    "peer", CLI + "ConnectStandalone", worker.toString(), source.toString(), sink.toString());
            try (Program connect = Program.start(directory, command)) {
                awaitLines(to, 500, connect, target);
                // An idle worker is still there for the next lines.
                Files.write(from, lines(500, 600), StandardOpenOption.APPEND);
                awaitLines(to, 600, connect, target);
                connect.stop(Clients.LIMIT);
            }
            assertThat(Files.readAllLines(to)).containsExactlyElementsOf(lines(0, 600));
            assertThat(Clients.read(target.bootstrap(), "carried"))
                    .extracting(ConsumerRecord::value)
                    .containsExactlyElementsOf(lines(0, 600));

            // After a restart it continues at its committed offsets.
            Files.write(from, lines(600, 700), StandardOpenOption.APPEND);
            try (Program connect = Program.start(directory, command)) {
                awaitLines(to, 700, connect, target);
            }
            assertThat(Files.readAllLines(to)).containsExactlyElementsOf(lines(0, 700));
        }
    }

    @Test
    void distributedKeepsItsStateInTopicsOfOurs() throws IOException {
        try (KafkaTarget target = KafkaTarget.start(directory);
                Admin admin = Clients.admin(target.bootstrap())) {
            Path from = write("from.txt", lines(0, 100));
            Path to = directory.resolve("to.txt");
            Path worker = properties(
                    "worker",
                    worker(
                            target,
                            Map.of(
                                    "group.id", "connect-cluster",
                                    "config.storage.topic", "connect-configs",
                                    "offset.storage.topic", "connect-offsets",
                                    "status.storage.topic", "connect-status",
                                    "config.storage.replication.factor", "1",
                                    "offset.storage.replication.factor", "1",
                                    "status.storage.replication.factor", "1",
                                    "offset.storage.partitions", "3",
                                    "exactly.once.source.support", "enabled")));
            List<String> command = Program.java("peer", CLI + "ConnectDistributed", worker.toString());
            try (Program connect = Program.start(directory, command)) {
                connector("source", source("spread", from), connect, target);
                connector("sink", sink("spread", to), connect, target);
                awaitLines(to, 100, connect, target);
                connect.stop(Clients.LIMIT);
            }
            // The connectors are restored from the topics, on a server that was killed meanwhile.
            target.process().ifPresent(ServerProcess::restart);
            Files.write(from, lines(100, 200), StandardOpenOption.APPEND);
            try (Program connect = Program.start(directory, command)) {
                awaitLines(to, 200, connect, target);
            }
            assertThat(Files.readAllLines(to)).containsExactlyElementsOf(lines(0, 200));
            assertThat(Clients.read(target.bootstrap(), "spread", "isolation.level", "read_committed"))
                    .extracting(ConsumerRecord::value)
                    .containsExactlyElementsOf(lines(0, 200));
            assertThat(cleanupPolicies(admin))
                    .containsOnly(
                            Map.entry("connect-configs", "compact"),
                            Map.entry("connect-offsets", "compact"),
                            Map.entry("connect-status", "compact"));
        }
    }

    private Map<String, String> worker(KafkaTarget target, Map<String, String> more) {
        String converter = "org.apache.kafka.connect.storage.StringConverter";
        Map<String, String> all = new TreeMap<>(more);
        all.putAll(Map.of(
                "bootstrap.servers",
                target.bootstrap(),
                "key.converter",
                converter,
                "value.converter",
                converter,
                "offset.flush.interval.ms",
                "500",
                "listeners",
                rest.toString(),
                "consumer.isolation.level",
                "read_committed",
                "plugin.discovery",
                "service_load",
                "consumer.auto.offset.reset",
                "earliest",
                // The sink may be up before the source has created the topic.
                "consumer.metadata.max.age.ms",
                "500",
                // A standalone worker that ends does not remove its sink's member from the group.
                "consumer.session.timeout.ms",
                "6000"));
        return all;
    }

    private static Map<String, String> source(String topic, Path file) {
        return Map.of(
                "name",
                "source",
                "connector.class",
                "org.apache.kafka.connect.file.FileStreamSourceConnector",
                "tasks.max",
                "1",
                "file",
                file.toString(),
                "topic",
                topic);
    }

    private static Map<String, String> sink(String topic, Path file) {
        return Map.of(
                "name",
                "sink",
                "connector.class",
                "org.apache.kafka.connect.file.FileStreamSinkConnector",
                "tasks.max",
                "1",
                "file",
                file.toString(),
                "topics",
                topic);
    }

    /** Repeats the request for a connector until the worker is up and accepts it. */
    private void connector(String name, Map<String, String> config, Program connect, KafkaTarget target) {
        HttpRequest request = HttpRequest.newBuilder(rest.resolve("/connectors/" + name + "/config"))
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString(JSON.valueToTree(config).toString()))
                .build();
        await().atMost(Clients.LIMIT).until(() -> !connect.isAlive() || status(request) == 201);
        assertThat(connect.isAlive())
                .as("%s\n%s", connect.everything(), target.output())
                .isTrue();
    }

    private int status(HttpRequest request) throws InterruptedException {
        try {
            return http.send(request, BodyHandlers.discarding()).statusCode();
        } catch (IOException e) {
            return 0; // The worker does not listen yet.
        }
    }

    private static Map<String, String> cleanupPolicies(Admin admin) {
        List<ConfigResource> topics = Stream.of("connect-configs", "connect-offsets", "connect-status")
                .map(topic -> new ConfigResource(Type.TOPIC, topic))
                .toList();
        Map<String, String> policies = new TreeMap<>();
        Clients.get(admin.describeConfigs(topics).all())
                .forEach((topic, config) ->
                        policies.put(topic.name(), config.get("cleanup.policy").value()));
        return policies;
    }

    private Path properties(String name, Map<String, String> values) throws IOException {
        return write(
                name + ".properties",
                values.entrySet().stream()
                        .map(entry -> entry.getKey() + "=" + entry.getValue())
                        .toList());
    }

    private Path write(String name, List<String> lines) throws IOException {
        return Files.write(directory.resolve(name), lines);
    }

    private static List<String> lines(int from, int upTo) {
        return IntStream.range(from, upTo).mapToObj(i -> "line " + i).toList();
    }

    private static void awaitLines(Path file, int count, Program connect, KafkaTarget target) {
        try {
            await().atMost(Clients.LIMIT).until(() -> written(file) >= count || !connect.isAlive());
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(
                    written(file) + " of " + count + " lines\n" + connect.everything() + target.output(), e);
        }
        assertThat(connect.isAlive())
                .as("%s\n%s", connect.everything(), target.output())
                .isTrue();
    }

    private static long written(Path file) {
        try {
            return Files.exists(file) ? Files.readAllLines(file).size() : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
