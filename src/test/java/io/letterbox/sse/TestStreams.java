package io.letterbox.sse;

import io.letterbox.bus.FakeGroups;
import io.letterbox.bus.FakeStorage;
import io.letterbox.config.GroupsConfig;
import io.letterbox.config.HttpConfig;
import io.letterbox.config.LetterboxConfig;
import io.letterbox.config.SseConfig;
import io.letterbox.http.Hosts;
import io.letterbox.http.HttpPart;
import io.letterbox.http.HttpSockets;
import io.letterbox.http.HttpVerticle;
import io.letterbox.http.RouteObserver;
import io.letterbox.ingress.DoorServices;
import io.letterbox.record.TopicPartition;
import io.letterbox.telemetry.Meters;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** The delivery on a real socket, with a storage in memory. */
final class TestStreams implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** No heartbeats within the time of a test. */
    static final SseConfig CALM = new SseConfig(3600, 2000, 5000, 0, 32_768, 65_536, 600, 300);

    private static final int GROUP_SESSION_MS = 45_000;
    private static final int IDLE_TIMEOUT_SECONDS = 60;

    final Vertx vertx = Vertx.vertx();
    final FakeStorage storage = new FakeStorage(vertx);
    final FakeGroups groups = new FakeGroups();
    final HttpSockets sockets = new HttpSockets();
    final SubscriberSlots slots;
    final Meters meters = new Meters(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
    final HttpVerticle verticle;

    /** A drain keeps the server open until this is complete. */
    private volatile Future<Void> doorCloses = Future.succeededFuture();

    TestStreams() {
        this(CALM, 100);
    }

    TestStreams(SseConfig config, int maxSubscribers) {
        this(config, maxSubscribers, GROUP_SESSION_MS, IDLE_TIMEOUT_SECONDS, false);
    }

    TestStreams(SseConfig config, int maxSubscribers, boolean h2c) {
        this(config, maxSubscribers, GROUP_SESSION_MS, IDLE_TIMEOUT_SECONDS, h2c);
    }

    TestStreams(SseConfig config, int maxSubscribers, int groupSessionMs) {
        this(config, maxSubscribers, groupSessionMs, IDLE_TIMEOUT_SECONDS, false);
    }

    /** A server whose connections may be idle for a limited time, which a stream has to outlive. */
    static TestStreams withIdleTimeout(SseConfig config, int seconds) {
        return new TestStreams(config, 10, GROUP_SESSION_MS, seconds, false);
    }

    private TestStreams(SseConfig config, int maxSubscribers, int groupSessionMs, int idleTimeoutSeconds, boolean h2c) {
        slots = new SubscriberSlots(maxSubscribers);
        HttpConfig http = new HttpConfig(
                "127.0.0.1",
                0,
                List.of(),
                List.of("https://app.example"),
                List.of("127.0.0.0/8"),
                Path.of(""),
                h2c,
                idleTimeoutSeconds,
                20_000,
                0,
                256,
                16_384,
                8_192);
        SseDelivery delivery = new SseDelivery(services(http, config, groupSessionMs), slots, new Random(1));
        verticle =
                new HttpVerticle(http, sockets, Hosts.of(http), List.of(delivery, new Doorstop()), RouteObserver.NONE);
        vertx.deployVerticle(verticle).await();
    }

    /** The services of streams; the others are null. */
    private DoorServices services(HttpConfig http, SseConfig sse, int groupSessionMs) {
        LetterboxConfig standard = LetterboxConfig.defaults();
        GroupsConfig groupsConfig = new GroupsConfig(
                standard.groups().partitions(),
                standard.groups().initialRebalanceDelayMs(),
                standard.groups().minSessionTimeoutMs(),
                standard.groups().maxSessionTimeoutMs(),
                groupSessionMs,
                standard.groups().heartbeatIntervalMs(),
                standard.groups().maxMembers(),
                standard.groups().offsetsRetentionMinutes());
        LetterboxConfig config = new LetterboxConfig(
                standard.node(),
                http,
                standard.kafka(),
                standard.topics(),
                standard.limits(),
                standard.storage(),
                sse,
                groupsConfig,
                standard.transactions(),
                standard.cluster(),
                standard.metrics(),
                standard.shutdown(),
                standard.log());
        return new DoorServices(null, config, storage.metadata(), storage, storage, groups, null, meters, null, null);
    }

    /** Drains the streams and keeps the server open, so that no request races with its closing. */
    void drainStreamsOnly() {
        doorCloses = Promise.<Void>promise().future();
        verticle.drain(10);
    }

    TestStream open(String path, String... headers) throws IOException {
        return new TestStream(sockets.port(), path, headers);
    }

    /** Publishes a text without a key; returns its offset. */
    long publish(String topic, int partition, String value) {
        return publish(topic, partition, null, value.getBytes(StandardCharsets.UTF_8));
    }

    long publish(String topic, int partition, String key, byte[] value) {
        return storage.publish(new TopicPartition(topic, partition), System.currentTimeMillis(), key, value);
    }

    void createTopic(String name, int partitions) {
        storage.createTopic(name, partitions, Map.of());
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + sockets.port() + path))
                .timeout(PATIENCE);
    }

    /** For responses that end. */
    HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .build()
                .send(request.build(), BodyHandlers.ofString());
    }

    HttpResponse<String> get(String path) throws Exception {
        return send(request(path));
    }

    String scrape() {
        return meters.registry().scrape();
    }

    @Override
    public void close() {
        vertx.close().await();
    }

    /** A part whose drain ends when {@link #doorCloses} is complete. */
    private final class Doorstop implements HttpPart {
        @Override
        public void mount(Router router, Vertx vertx) {}

        @Override
        public Future<Void> drain(long millis) {
            return doorCloses;
        }
    }
}
