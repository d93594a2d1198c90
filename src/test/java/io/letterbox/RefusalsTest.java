package io.letterbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.letterbox.bus.FakeStorage;
import io.letterbox.config.HttpConfig;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.error.OutOfOrderSequenceException;
import io.letterbox.http.Hosts;
import io.letterbox.http.HttpPart;
import io.letterbox.http.HttpSockets;
import io.letterbox.http.HttpVerticle;
import io.letterbox.http.Json;
import io.letterbox.http.RouteObserver;
import io.letterbox.http.RouteTable;
import io.letterbox.telemetry.Health;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every refusal also has headers for programs, if HTTP has a header that says what would be right. */
class RefusalsTest {
    private static final List<String> METHODS = List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "PROPFIND");

    private static final Vertx VERTX = Vertx.vertx();
    private static final HttpSockets SOCKETS = new HttpSockets();
    private static final Health HEALTH = new Health();
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static RouteTable routes;

    @BeforeAll
    static void open() {
        HttpConfig http = new HttpConfig(
                "127.0.0.1", 0, List.of(), List.of(), List.of(), Path.of(""), false, 60, 1_000, 0, 100, 16_384, 8_192);
        List<HttpPart> parts = new ArrayList<>();
        parts.addAll(HttpParts.of(new FakeStorage(VERTX), HEALTH));
        parts.add(new Refusing());
        parts.add((router, vertx) -> routes = new RouteTable(router));
        VERTX.deployVerticle(new HttpVerticle(http, SOCKETS, Hosts.of(http), parts, RouteObserver.NONE))
                .await();
    }

    @AfterAll
    static void close() {
        VERTX.close().await();
    }

    /** A part that refuses as the test says. */
    private static final class Refusing implements HttpPart {
        @Override
        public void mount(Router router, Vertx vertx) {
            router.get("/refused/:code").handler(context -> {
                throw refusal(ErrorCode.valueOf(context.pathParam("code")));
            });
        }

        private static ApiException refusal(ErrorCode code) {
            return switch (code) {
                case OUT_OF_ORDER_SEQUENCE -> new OutOfOrderSequenceException(7, "It is refused.");
                case OFFSET_OUT_OF_RANGE ->
                    new ApiException(code, "It is refused.", Map.of("logStartOffset", 3L, "highWatermark", 9L));
                default -> new ApiException(code, "It is refused.");
            };
        }
    }

    private static HttpResponse<String> ask(String method, String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + SOCKETS.port() + path))
                .timeout(Duration.ofSeconds(30))
                .method(method, BodyPublishers.noBody())
                .build();
        return CLIENT.send(request, BodyHandlers.ofString());
    }

    private static Set<String> allowed(HttpResponse<String> response) {
        return new TreeSet<>(
                List.of(response.headers().firstValue("allow").orElse("").split(", ")));
    }

    private static void isProblem(HttpResponse<String> response, ErrorCode code) {
        assertThat(response.statusCode()).as(response.toString()).isEqualTo(code.httpStatus());
        assertThat(response.headers().firstValue("content-type")).hasValue("application/problem+json");
        assertThat(response.headers().firstValue("cache-control")).hasValue("no-store");
    }

    @Test
    void everyPathSaysWhatItAnswersInsteadOfAnotherMethod() throws Exception {
        Map<String, Set<String>> methods = new HashMap<>();
        for (String route : routes.all()) {
            String[] parts = route.split(" ");
            methods.computeIfAbsent(parts[1], path -> new TreeSet<>(List.of("OPTIONS")))
                    .add(parts[0]);
            if (parts[0].equals("GET")) methods.get(parts[1]).add("HEAD");
        }
        assertThat(methods).hasSizeGreaterThan(15);
        List<String> paths = new ArrayList<>(methods.keySet());
        for (String template : paths) {
            String path = template.replaceAll("\\{[a-z]+}", "x");
            for (String asked : List.of(path, path + "?_=1", path.equals("/") ? path : path + "/")) {
                for (String method : METHODS) {
                    if (methods.get(template).contains(method)) continue;
                    HttpResponse<String> refused = ask(method, asked);
                    assertThat(refused.statusCode()).as(method + " " + asked).isIn(404, 405);
                    // A path with an extra slash may be unknown; it must not be one without any methods.
                    if (refused.statusCode() == 404) {
                        assertThat(asked).endsWith("/");
                        continue;
                    }
                    isProblem(refused, ErrorCode.METHOD_NOT_ALLOWED);
                    assertThat(allowed(refused)).as(method + " " + asked).isEqualTo(methods.get(template));
                }
                HttpResponse<String> options = ask("OPTIONS", asked);
                if (options.statusCode() != 404) {
                    assertThat(options.statusCode()).isEqualTo(204);
                    assertThat(allowed(options)).as("OPTIONS " + asked).isEqualTo(methods.get(template));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(ErrorCode.class)
    void everyCodeHasTheHeadersOfItsStatus(ErrorCode code) throws Exception {
        HttpResponse<String> refused = ask("GET", "/refused/" + code);
        isProblem(refused, code);
        boolean passes = Set.of(429, 503, 507).contains(code.httpStatus());
        assertThat(refused.headers().firstValue("retry-after").isPresent()).isEqualTo(passes);
        assertThat(refused.headers().firstValue("accept-encoding").isPresent())
                .isEqualTo(code == ErrorCode.UNSUPPORTED_CONTENT_CODING);
        JsonNode problem = Json.MAPPER.readTree(refused.body());
        assertThat(problem.path("code").asText()).isEqualTo(code.name());
        if (code == ErrorCode.OFFSET_OUT_OF_RANGE) {
            assertThat(refused.headers().firstValue("content-range")).hasValue("offsets */9");
            assertThat(problem.path("logStartOffset").asInt()).isEqualTo(3);
            assertThat(problem.path("highWatermark").asInt()).isEqualTo(9);
        }
        if (code == ErrorCode.OUT_OF_ORDER_SEQUENCE) {
            assertThat(refused.headers().firstValue("producer-expected-seq")).hasValue("7");
            assertThat(problem.path("expectedSequence").asInt()).isEqualTo(7);
        }
    }

    @Test
    void aMediaTypeIsToldWithThoseThatWork() throws Exception {
        for (String type : List.of("application/vnd.kafka.avro.v2+json", "application/x-ndjson; charset=utf-16")) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + SOCKETS.port() + "/topics/t"))
                    .header("Content-Type", type)
                    .POST(BodyPublishers.ofString("x"))
                    .build();
            HttpResponse<String> refused = CLIENT.send(request, BodyHandlers.ofString());
            isProblem(refused, ErrorCode.UNSUPPORTED_MEDIA_TYPE);
            for (String header : List.of("accept", "accept-post")) {
                assertThat(refused.headers().firstValue(header).orElseThrow())
                        .contains("application/x-ndjson", "application/vnd.kafka.json.v2+json");
            }
        }
    }

    @Test
    void healthSaysWhenToAskAgain() throws Exception {
        HttpResponse<String> starting = ask("GET", "/health/ready");
        assertThat(starting.statusCode()).isEqualTo(503);
        assertThat(starting.headers().firstValue("retry-after")).isPresent();
    }
}
