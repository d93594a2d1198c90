package io.letterbox.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.letterbox.audit.Actor;
import io.letterbox.bus.Committed;
import io.letterbox.bus.Isolation;
import io.letterbox.bus.LogReader;
import io.letterbox.bus.Metadata;
import io.letterbox.bus.PartitionStatus;
import io.letterbox.bus.Slice;
import io.letterbox.http.Json;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.Command;
import io.letterbox.metadata.PartitionImage;
import io.letterbox.metadata.ReplicaId;
import io.letterbox.metadata.Reply;
import io.letterbox.metadata.ShardImage;
import io.letterbox.metadata.TopicConfig;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.TopicPartition;
import io.letterbox.telemetry.Connections;
import io.letterbox.telemetry.Door;
import io.letterbox.telemetry.Health;
import io.letterbox.telemetry.Meters;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConsolePartTest {
    private final TreeMap<String, TopicImage> topics = new TreeMap<>();
    private final Map<TopicPartition, PartitionStatus> logs = new TreeMap<>(
            java.util.Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition));
    private List<ShardImage> shards = List.of();
    private final Metadata metadata = new FakeMetadata();
    private final LogReader reader = new FakeReader();
    private final Health health = new Health();
    private final Meters meters = new Meters(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
    private final HttpClient client = HttpClient.newHttpClient();
    private Vertx vertx;
    private HttpServer server;

    @BeforeEach
    void serve() throws Exception {
        vertx = Vertx.vertx();
        Router router = Router.router(vertx);
        new ConsolePart(ConsolePart.files(), metadata, reader, health, meters, "1.2.3").mount(router, vertx);
        server = vertx.createHttpServer()
                .requestHandler(router)
                .listen(0, "127.0.0.1")
                .await(30, TimeUnit.SECONDS);
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().await(30, TimeUnit.SECONDS);
    }

    private HttpResponse<String> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.actualPort() + path));
        if (headers.length > 0) request.headers(headers);
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void theConnectionsAreThoseThatAreOpen() throws Exception {
        Connections.OpenConnection kafka = meters.connections().opened(Door.KAFKA, "10.0.0.1", System.nanoTime());
        kafka.client("my \"app\"");
        kafka.software("apache-kafka-java 4.3.1");
        kafka.requested("Fetch");
        meters.connections().opened(Door.SSE, "10.0.0.2", System.nanoTime()).proxy("127.0.0.1");
        meters.connections().opened(Door.SSE, "10.0.0.3", System.nanoTime()).close();
        JsonNode document = Json.MAPPER.readTree(get("/console/api/connections").body());
        assertThat(document.at("/kafka").asInt()).isEqualTo(1);
        assertThat(document.at("/sse").asInt()).isEqualTo(1);
        assertThat(document.at("/connections")).hasSize(2);
        assertThat(document.at("/connections/0/client").asText()).isEqualTo("my \"app\"");
        assertThat(document.at("/connections/0/doing").asText()).isEqualTo("Fetch");
        assertThat(document.at("/connections/0/requests").asInt()).isEqualTo(1);
        assertThat(document.at("/connections/0/ageSeconds").asDouble()).isBetween(0.0, 60.0);
        assertThat(document.at("/connections/1/requests").isNull()).isTrue();
        assertThat(document.at("/connections/0/proxy").isNull()).isTrue();
        assertThat(document.at("/connections/1/proxy").asText()).isEqualTo("127.0.0.1");
    }

    @Test
    void everyFileCarriesThePolicyAndCanBeRevalidated() throws Exception {
        for (String path : ConsolePart.files().byPath().keySet()) {
            HttpResponse<String> answer = get(path);
            assertThat(answer.statusCode()).as(path).isEqualTo(200);
            String policy =
                    answer.headers().firstValue("content-security-policy").orElseThrow();
            assertThat(policy)
                    .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "trusted-types")
                    .doesNotContain("unsafe");
            assertThat(answer.headers().firstValue("x-content-type-options")).contains("nosniff");
            String etag = answer.headers().firstValue("etag").orElseThrow();
            HttpResponse<String> again = get(path, "If-None-Match", etag);
            assertThat(again.statusCode()).as(path).isEqualTo(304);
            assertThat(again.body()).isEmpty();
        }
        assertThat(get(ConsolePart.WEB_JARS.get(0))
                        .headers()
                        .firstValue("cache-control")
                        .orElseThrow())
                .contains("immutable");
        assertThat(get("/console/app.js").headers().firstValue("cache-control")).contains("no-cache");
    }

    @Test
    void whatIsNotInTheTableIsNotServed() throws Exception {
        for (String path : List.of(
                "/console/ConsolePart.class",
                "/console/..%2Fconsole.css",
                "/console/%2e%2e/app.js",
                "/console/",
                "/webjars/uplot/1.6.30/dist/uPlot.iife.js",
                "/webjars/uplot/1.6.30/package.json")) {
            assertThat(get(path).statusCode()).as(path).isEqualTo(404);
        }
    }

    @Test
    void theOverviewAddsUpPartitions() throws Exception {
        PartitionImage partition = new PartitionImage(0, 1, 0, List.of(1), List.of(1));
        UUID id = UUID.randomUUID();
        topics.put(
                "orders",
                new TopicImage("orders", id, List.of(partition, partition, partition), new TopicConfig(Map.of())));
        logs.put(new TopicPartition("orders", 0), new PartitionStatus(5, 40, 40, 42, 4096, 2, null, false));
        logs.put(new TopicPartition("orders", 1), new PartitionStatus(0, 7, 7, 7, 100, 1, "a bad batch", false));
        health.ready();
        JsonNode overview = Json.MAPPER.readTree(get("/console/api/overview").body());
        assertThat(overview.path("version").asText()).isEqualTo("1.2.3");
        assertThat(overview.at("/health/status").asText()).isEqualTo("ready");
        assertThat(overview.path("topics")).hasSize(1);
        JsonNode topic = overview.at("/topics/0");
        assertThat(topic.path("id").asText()).isEqualTo(id.toString());
        assertThat(topic.path("partitions").asInt()).isEqualTo(3);
        assertThat(topic.path("appended").asLong()).isEqualTo(47);
        assertThat(topic.path("records").asLong()).isEqualTo(42);
        assertThat(topic.path("sizeBytes").asLong()).isEqualTo(4196);
        assertThat(topic.path("quarantined").asInt()).isEqualTo(1);
    }

    @Test
    void theOverviewSaysWhetherThereIsAClusterToShow() {
        shards = List.of(new ShardImage(0, List.of(1)));
        assertThat(new Overview(metadata, reader, health, "1").document(0).toString())
                .as("of a server that stands alone")
                .doesNotContain("clustered");
        shards = List.of(new ShardImage(0, List.of(new ReplicaId(1, new UUID(1, 1))), 0));
        assertThat(new Overview(metadata, reader, health, "1").document(0).toString())
                .contains("\"clustered\":true");
    }

    @Test
    void theOverviewIsMadeOnceASecondHoweverManyAsk() {
        Overview overview = new Overview(metadata, reader, health, "1");
        Object first = overview.document(0);
        assertThat(overview.document(999)).isSameAs(first);
        assertThat(overview.document(1000).toString()).contains("\"elapsedMs\":1000");
    }

    private final class FakeMetadata implements Metadata {
        @Override
        public ClusterImage image() {
            return new ClusterImage(1, "cluster", Map.of(), shards, topics, Map.of(), Collections.emptySortedMap());
        }

        @Override
        public Future<Reply> propose(Command command, Actor by) {
            throw new AssertionError("the console changes nothing by itself");
        }

        @Override
        public void onChange(Consumer<ClusterImage> listener) {
            throw new AssertionError("the console asks when it is asked");
        }
    }

    private final class FakeReader implements LogReader {
        @Override
        public PartitionStatus status(TopicPartition partition) {
            return logs.get(partition);
        }

        @Override
        public Slice readCached(TopicPartition partition, long offset, int maxBytes, Isolation isolation) {
            throw new AssertionError("the console reads no log");
        }

        @Override
        public Future<Slice> read(TopicPartition partition, long offset, int maxBytes, Isolation isolation) {
            throw new AssertionError("the console reads no log");
        }

        @Override
        public Future<Long> offsetForTime(TopicPartition partition, long timestampMs, Isolation isolation) {
            throw new AssertionError("the console reads no log");
        }

        @Override
        public void onCommitted(Consumer<Committed> listener) {
            throw new AssertionError("the console asks when it is asked");
        }
    }
}
