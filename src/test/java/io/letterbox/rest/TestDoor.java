package io.letterbox.rest;

import com.fasterxml.jackson.databind.JsonNode;
import io.letterbox.bus.ClusterInspection;
import io.letterbox.bus.FakeGroups;
import io.letterbox.bus.FakeProducerIds;
import io.letterbox.bus.FakeStorage;
import io.letterbox.config.HttpConfig;
import io.letterbox.config.LetterboxConfig;
import io.letterbox.config.LimitsConfig;
import io.letterbox.config.TopicsConfig;
import io.letterbox.entrance.DoorLimits;
import io.letterbox.entrance.Entrance;
import io.letterbox.entrance.GuardedTransport;
import io.letterbox.http.Hosts;
import io.letterbox.http.HttpSockets;
import io.letterbox.http.HttpVerticle;
import io.letterbox.http.Json;
import io.letterbox.ingress.ByteBudget;
import io.letterbox.ingress.DoorServices;
import io.letterbox.telemetry.Meters;
import io.letterbox.time.GuardedClock;
import io.letterbox.time.TestClock;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.transport.Transport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** The HTTP server on a real socket, with a storage in memory. */
final class TestDoor implements AutoCloseable {
    final TestClock clock = new TestClock();
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** The Host headers of tests to which the name does not matter. */
    static final List<String> NAMES = List.of("x", "h", "me");

    final Vertx vertx;
    final FakeStorage storage;
    final FakeGroups groups = new FakeGroups();
    final HttpSockets sockets = new HttpSockets();

    /** The entrance of the server, which counts connections. */
    final Entrance entrance;

    final ByteBudget budget;
    final ByteBudget pages;
    final PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Meters meters = new Meters(metrics);
    final HttpIngress ingress;

    /** The context of the server's event loop. */
    private Context loop;

    final HttpVerticle verticle;
    final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** With the default settings, on any port. */
    TestDoor() {
        this(LetterboxConfig.defaults().limits(), true);
    }

    TestDoor(LimitsConfig limits, boolean autoCreate) {
        this(limits, autoCreate, 60);
    }

    TestDoor(LimitsConfig limits, boolean autoCreate, int idleTimeoutSeconds) {
        this(limits, autoCreate, idleTimeoutSeconds, false);
    }

    TestDoor(LimitsConfig limits, boolean autoCreate, int idleTimeoutSeconds, boolean h2c) {
        LetterboxConfig standard = LetterboxConfig.defaults();
        HttpConfig http = new HttpConfig(
                "127.0.0.1",
                0,
                NAMES,
                List.of("https://app.example"),
                List.of(),
                Path.of(""),
                h2c,
                idleTimeoutSeconds,
                20_000,
                0,
                256,
                16_384,
                8_192);
        DoorLimits door = new DoorLimits("http", 20_000, 0, 256);
        GuardedTransport guarded =
                new GuardedTransport(Transport.NIO, door, door, HttpVerticle.connectionInitializer(http));
        entrance = guarded.http();
        vertx = Vertx.builder().withTransport(guarded).build();
        storage = new FakeStorage(vertx);
        LetterboxConfig config = new LetterboxConfig(
                standard.node(),
                http,
                standard.kafka(),
                new TopicsConfig(autoCreate, 200, 1, Map.of()),
                limits,
                standard.storage(),
                standard.sse(),
                standard.groups(),
                standard.transactions(),
                standard.cluster(),
                standard.metrics(),
                standard.shutdown(),
                standard.log());
        budget = new ByteBudget(limits.ingressBytes());
        pages = new ByteBudget(limits.pageBytes());
        DoorServices services = new DoorServices(
                new GuardedClock(clock, -1, guard -> {}),
                config,
                storage.metadata(),
                storage,
                storage,
                groups,
                new FakeProducerIds(),
                meters,
                budget,
                pages);
        ingress = new HttpIngress(services, ClusterInspection.ALONE);
        verticle = new HttpVerticle(
                http,
                sockets,
                Hosts.of(http),
                List.of(ingress, (router, on) -> loop = on.getOrCreateContext()),
                (route, status, nanos) -> meters.route(route).record(nanos, status));
        vertx.deployVerticle(verticle).await();
    }

    /** The smallest limits, for tests that exceed them. */
    static LimitsConfig smallLimits() {
        return new LimitsConfig(1_024, 4_096, 10, 8_192, 10, 4, 20, 10, 2_000, 50, 65_536, 0, 0, 0);
    }

    /** Runs a task on the event loop of the server, and waits for its end. */
    void onLoop(Runnable task) {
        Promise<Void> done = Promise.promise();
        loop.runOnContext(go -> {
            task.run();
            done.complete();
        });
        done.future().await();
    }

    int port() {
        return sockets.port();
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
                .timeout(PATIENCE);
    }

    HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return client.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    CompletableFuture<HttpResponse<String>> sendLater(HttpRequest.Builder request) {
        return client.sendAsync(request.build(), BodyHandlers.ofString());
    }

    HttpResponse<String> get(String path) {
        return send(request(path));
    }

    HttpResponse<String> post(String path, String contentType, String body) {
        return post(path, contentType, body.getBytes(StandardCharsets.UTF_8));
    }

    HttpResponse<String> post(String path, String contentType, byte[] body) {
        HttpRequest.Builder request = request(path).POST(BodyPublishers.ofByteArray(body));
        return send(contentType == null ? request : request.header("Content-Type", contentType));
    }

    HttpResponse<String> method(String method, String path, String body) {
        return send(
                request(path).method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body)));
    }

    static JsonNode json(HttpResponse<String> response) {
        return Json.parse(response.body().getBytes(StandardCharsets.UTF_8));
    }

    /** Sends bytes unchanged and returns everything until the server closes the connection. */
    String raw(String bytes) throws IOException {
        return raw(port(), bytes);
    }

    /** The same with any server of this machine. */
    static String raw(int port, String bytes) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    @Override
    public void close() {
        vertx.close().await();
    }
}
