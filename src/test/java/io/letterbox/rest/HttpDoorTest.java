package io.letterbox.rest;

import static io.letterbox.rest.TestDoor.json;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.letterbox.config.HttpConfig;
import io.letterbox.config.LetterboxConfig;
import io.letterbox.entrance.DoorLimits;
import io.letterbox.entrance.Entrance;
import io.letterbox.entrance.GuardedTransport;
import io.letterbox.http.ConnectionLifetime;
import io.letterbox.http.Hosts;
import io.letterbox.http.HttpPart;
import io.letterbox.http.HttpSockets;
import io.letterbox.http.HttpVerticle;
import io.letterbox.http.RouteObserver;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.transport.Transport;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the HTTP server itself answers, whatever parts are mounted on it. */
class HttpDoorTest {
    /** Servers of one Vert.x on any free port share one server; other settings need another Vert.x. */
    private Vertx other = Vertx.vertx();

    private TestDoor door;

    @BeforeEach
    void open() {
        door = new TestDoor();
    }

    @AfterEach
    void close() {
        door.close();
        other.close().await();
    }

    @Test
    void anUnknownPathIsToldWithTheNearest() {
        HttpResponse<String> response = door.get("/topic/x/record");
        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(json(response).path("nearest").asText()).isEqualTo("/topics/{topic}/records");
        assertThat(json(door.get("/clusters")).path("nearest").asText()).isEqualTo("/cluster");
        assertThat(json(door.get("/completely/different/things")).has("nearest"))
                .isFalse();
    }

    @Test
    void anotherMethodIsToldWithTheOnesThatWork() {
        HttpResponse<String> response = door.method("PATCH", "/topics", "{}");
        assertThat(response.statusCode()).isEqualTo(405);
        assertThat(response.headers().firstValue("allow")).hasValue("GET, HEAD, OPTIONS");
        HttpResponse<String> options = door.method("OPTIONS", "/topics/x", null);
        assertThat(options.statusCode()).isEqualTo(204);
        assertThat(options.headers().firstValue("allow")).hasValue("DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT");
    }

    @Test
    void whatIsNoHttpIsAnsweredAsAProblem() throws IOException {
        assertThat(door.raw("nonsense\r\n\r\n"))
                .startsWith("HTTP/1.0 400 ")
                .contains("application/problem+json")
                .contains("INVALID_REQUEST");
        assertThat(door.raw("GET /" + "x".repeat(9_000) + " HTTP/1.1\r\nHost: x\r\n\r\n"))
                .startsWith("HTTP/1.0 414 ")
                .contains("URI_TOO_LONG");
        assertThat(door.raw("GET / HTTP/1.1\r\nHost: x\r\nX: " + "x".repeat(20_000) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 431 ")
                .contains("HEADERS_TOO_LARGE");
        assertThat(door.raw("POST /topics/t HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n"))
                .startsWith("HTTP/1.1 400 ");
    }

    @Test
    void pagesOfOtherOriginsAreKeptOut() throws IOException {
        String origin = "POST /topics/t HTTP/1.1\r\nHost: me:80\r\nConnection: close\r\nContent-Length: 1\r\nOrigin: ";
        assertThat(door.raw(origin + "https://evil.example\r\n\r\nx"))
                .startsWith("HTTP/1.1 403 ")
                .contains("ORIGIN_NOT_ALLOWED")
                .doesNotContain("access-control-allow-origin");
        assertThat(door.raw(origin + "null\r\n\r\nx")).startsWith("HTTP/1.1 403 ");
        assertThat(door.raw(origin + "http://me:80\r\n\r\nx")).startsWith("HTTP/1.1 200 ");
        assertThat(door.raw(origin + "https://app.example\r\n\r\nx"))
                .startsWith("HTTP/1.1 200 ")
                .contains("access-control-allow-origin: https://app.example");
        String reads = "GET /cluster HTTP/1.1\r\nHost: me\r\nConnection: close\r\nOrigin: https://evil.example\r\n\r\n";
        assertThat(door.raw(reads)).startsWith("HTTP/1.1 200 ").doesNotContain("access-control-allow-origin");
    }

    @Test
    void aHostThatIsNotOursIsRefused() throws IOException {
        String rebound =
                " HTTP/1.1\r\nHost: evil.test:8080\r\nConnection: close\r\nOrigin: http://evil.test:8080\r\n\r\n";
        for (String request :
                List.of("GET /cluster", "DELETE /topics/t", "OPTIONS *", "GET /health/../topics", "PUT /x")) {
            assertThat(door.raw(request + rebound))
                    .as(request)
                    .startsWith("HTTP/1.1 421 ")
                    .contains("MISDIRECTED", "evil.test:8080", "http.names");
        }
        // Not mounted here, but not refused for its host.
        assertThat(door.raw("GET /metrics?x" + rebound)).startsWith("HTTP/1.1 404 ");
        assertThat(door.raw("GET http://evil.test/cluster HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 421 ");
        assertThat(door.raw("GET http://x/cluster HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 200 ");
        assertThat(door.raw("GET /cluster HTTP/1.1\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 400 ");
    }

    @Test
    void aRefusalKeepsTheConnectionOfARequestWithoutBody() throws IOException {
        String twice = door.raw("GET /cluster HTTP/1.1\r\nHost: evil.test\r\n\r\n"
                + "GET /cluster HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        assertThat(twice).startsWith("HTTP/1.1 421 ").contains("HTTP/1.1 200 ");
    }

    @Test
    void http10NeedsNoHostAndGetsNothingOfLater() throws IOException {
        assertThat(door.raw("POST /topics/old HTTP/1.0\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\nx"))
                .startsWith("HTTP/1.0 200 ")
                .doesNotContain("chunked");
        for (String target : List.of("GET /cluster", "GET /topics", "GET /topics/old/records?partition=0&offset=0")) {
            assertThat(door.raw(target + " HTTP/1.0\r\nExpect: 100-continue\r\n\r\n"))
                    .as(target)
                    .startsWith("HTTP/1.0 200 ")
                    .doesNotContain("chunked");
        }
        assertThat(door.raw("OPTIONS / HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.0 ");
        assertThat(door.raw("GET /cluster HTTP/1.0\r\nHost: evil.test\r\n\r\n")).startsWith("HTTP/1.0 421 ");
        String kept = door.raw("GET /topics HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /topics HTTP/1.0\r\n\r\n");
        assertThat(kept.split("HTTP/1.0 200 ", -1)).hasSize(3);
        assertThat(kept).contains("connection: keep-alive");
    }

    @Test
    void aPreflightIsAnswered() throws IOException {
        String preflight =
                "OPTIONS /topics/t HTTP/1.1\r\nHost: x\r\nConnection: close\r\nOrigin: https://app.example\r\n"
                        + "Access-Control-Request-Method: PUT\r\nAccess-Control-Request-Headers: content-type\r\n\r\n";
        assertThat(door.raw(preflight))
                .startsWith("HTTP/1.1 204 ")
                .contains("access-control-allow-methods: GET, HEAD, POST, PUT, PATCH, DELETE")
                .contains("access-control-allow-headers: content-type")
                .contains("access-control-allow-credentials: true")
                .contains("vary: origin");
    }

    /** Responses of every status have the headers: a page that may not see its refusal learns nothing. */
    @Test
    void aConfiguredOriginMayUseCredentialsOnEveryRoute() throws IOException {
        for (String request : List.of(
                "GET /topics",
                "GET /topics/none",
                "GET /topics/none/records",
                "GET /nowhere",
                "PATCH /topics",
                "PUT /topics/t",
                "POST /topics/t?partition=x",
                "POST /topics/t",
                "OPTIONS /topics",
                "OPTIONS *",
                "GET nowhere",
                "GET http://evil.test/topics")) {
            String answer = door.raw(request + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n"
                    + "Origin: https://app.example\r\nCookie: session=1\r\n\r\n");
            assertThat(answer.toLowerCase(Locale.ROOT))
                    .as(request)
                    .contains(
                            "access-control-allow-origin: https://app.example\r\n",
                            "access-control-allow-credentials: true\r\n",
                            "vary: origin\r\n");
            assertThat(door.raw(request + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n"
                            + "Origin: https://evil.example\r\n\r\n"))
                    .as(request)
                    .doesNotContain("access-control-allow-")
                    .contains("vary: origin\r\n");
        }
    }

    @Test
    void originsAreComparedAsBrowsersWriteThem() throws IOException {
        HttpConfig http = new HttpConfig(
                "127.0.0.1",
                0,
                TestDoor.NAMES,
                List.of("https://Shop.Example:443", "http://shop.example:80", "http://shop.example:8080"),
                List.of(),
                Path.of(""),
                false,
                60,
                10,
                0,
                10,
                16_384,
                8_192);
        HttpSockets sockets = new HttpSockets();
        other.deployVerticle(new HttpVerticle(http, sockets, Hosts.of(http), List.of(), RouteObserver.NONE))
                .await();
        for (String origin : List.of("https://shop.example", "http://shop.example", "http://shop.example:8080")) {
            assertThat(TestDoor.raw(
                            sockets.port(),
                            "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nOrigin: " + origin + "\r\n\r\n"))
                    .contains("access-control-allow-origin: " + origin + "\r\n");
        }
    }

    @Test
    void http2IsNotSpokenUnlessItIsAskedFor() throws IOException {
        assertThat(door.raw("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")).startsWith("HTTP/1.0 400 ");
        String upgrade =
                "GET /cluster HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\n"
                        + "Expect: 100-continue\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n";
        assertThat(door.raw(upgrade)).doesNotContain("101 ").contains("HTTP/1.1 200 ");
    }

    @Test
    void whatHasTwoMeaningsIsRefusedAndClosed() throws IOException {
        String body = "0\r\n\r\nGET /cluster HTTP/1.1\r\nHost: x\r\n\r\n";
        String post = "POST /topics/t HTTP/1.1\r\nHost: x\r\n";
        assertThat(door.raw(post + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n" + body))
                .startsWith("HTTP/1.1 400 ")
                .contains("Transfer-Encoding and Content-Length", "connection: close")
                .doesNotContain("200 OK");
        assertThat(door.raw(post + "Transfer-Encoding: xchunked\r\nContent-Length: 0\r\n\r\n"))
                .startsWith("HTTP/1.1 400 ");
        assertThat(door.raw(post + "Transfer-Encoding: xchunked\r\n\r\n" + body))
                .startsWith("HTTP/1.1 501 ")
                .contains("UNSUPPORTED_TRANSFER_CODING")
                .doesNotContain("200 OK");
        assertThat(door.raw(post + "Host: y\r\nContent-Length: 1\r\n\r\nx")).startsWith("HTTP/1.1 400 ");
        assertThat(door.raw(post + "Transfer-Encoding: chunked\r\n\r\n100000000000000005\r\nhello\r\n" + body))
                .doesNotContain("200 OK");
        assertThat(json(door.get("/topics")).path("topics")).isEmpty();
    }

    @Test
    void whereHttp2IsSpokenHttp1IsAsStrict() throws IOException {
        try (TestDoor clear = new TestDoor(LetterboxConfig.defaults().limits(), true, 60, true)) {
            String upgrade = "GET /cluster HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings, close\r\n"
                    + "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n";
            assertThat(clear.raw(upgrade)).startsWith("HTTP/1.1 200 ");
            assertThat(clear.raw("POST /topics/t HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n"))
                    .startsWith("HTTP/1.1 400 ");
            String two = "GET /cluster HTTP/1.1\r\nHost: x\r\n\r\n"
                    + "PATCH /cluster HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
            assertThat(clear.raw(two)).startsWith("HTTP/1.1 200 ").contains("HTTP/1.1 405 ");
        }
    }

    /** By the protocol, a client is bound to the settings only after it has acknowledged them. */
    @Test
    void aClientThatAcknowledgesNothingIsHeldToItsStreamsAndClosed() throws IOException {
        try (TestDoor clear = new TestDoor(LetterboxConfig.defaults().limits(), true, 60, true);
                Http2Client client = new Http2Client(clear.port())) {
            for (int stream = 1; stream < 300; stream += 2) client.open(stream, "/cluster");
            Map<Integer, Integer> frames = client.framesUntilClosed();
            assertThat(frames.get(Http2Client.HEADERS)).isEqualTo(100);
            assertThat(frames.get(Http2Client.RST_STREAM)).isEqualTo(50);
        }
    }

    @Test
    void aBodyThatIsTooLongIsRefusedOverHttp2() {
        try (TestDoor clear = new TestDoor(LetterboxConfig.defaults().limits(), true, 60, true)) {
            HttpClientAgent http2 = clear.vertx.createHttpClient(new HttpClientOptions()
                    .setProtocolVersion(HttpVersion.HTTP_2)
                    .setHttp2ClearTextUpgrade(false));
            assertThat(post(http2, clear, 9)).isEqualTo(200);
            assertThat(post(http2, clear, 9_000_000)).isEqualTo(413);
        }
    }

    private static int post(HttpClientAgent client, TestDoor door, int bytes) {
        return client.request(HttpMethod.POST, door.port(), "127.0.0.1", "/topics/t")
                .compose(request -> request.send(Buffer.buffer(new byte[bytes])))
                .map(HttpClientResponse::statusCode)
                .await();
    }

    @Test
    void connectionsBeyondTheLimitAreClosed() throws IOException {
        DoorLimits limits = new DoorLimits("http", 1, 0, 1);
        Entrance entrance = guard(limits);
        HttpConfig one = new HttpConfig(
                "127.0.0.1", 0, TestDoor.NAMES, List.of(), List.of(), Path.of(""), false, 60, 1, 0, 1, 16_384, 8_192);
        HttpSockets sockets = new HttpSockets();
        other.deployVerticle(new HttpVerticle(one, sockets, Hosts.of(one), List.of(), RouteObserver.NONE))
                .await();
        try (Socket first = new Socket("127.0.0.1", sockets.port())) {
            first.getOutputStream().write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(US_ASCII));
            await().until(() -> entrance.open() == 1);
            try (Socket second = new Socket("127.0.0.1", sockets.port())) {
                second.setSoTimeout(30_000);
                assertThat(second.getInputStream().read()).isEqualTo(-1);
            }
            assertThat(first.isClosed()).isFalse();
        }
        await().until(() -> entrance.open() == 0);
    }

    @Test
    void aSilentConnectionIsClosed() throws IOException {
        Entrance entrance = guard(new DoorLimits("http", 10, 0, 10));
        HttpConfig hasty = new HttpConfig(
                "127.0.0.1", 0, TestDoor.NAMES, List.of(), List.of(), Path.of(""), false, 1, 10, 0, 10, 16_384, 8_192);
        HttpSockets sockets = new HttpSockets();
        other.deployVerticle(
                        new HttpVerticle(hasty, sockets, Hosts.of(hasty), List.of(new Endless()), RouteObserver.NONE))
                .await();
        byte[] request = "GET /endless HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(US_ASCII);
        try (Socket stream = new Socket("127.0.0.1", sockets.port())) {
            stream.getOutputStream().write(request);
            stream.setSoTimeout(30_000);
            assertThat(stream.getInputStream().read()).isEqualTo('H');
            try (Socket silent = new Socket("127.0.0.1", sockets.port())) {
                silent.setSoTimeout(30_000);
                assertThat(silent.getInputStream().read()).isEqualTo(-1);
            }
            // The stream is older than the silent connection and was not closed with it.
            await().until(() -> entrance.open() == 1);
            stream.getOutputStream().write(request);
        }
    }

    /** The entrance of another Vert.x. */
    private Entrance guard(DoorLimits limits) {
        GuardedTransport guarded = new GuardedTransport(Transport.NIO, limits, limits, channel -> {});
        other.close().await();
        other = Vertx.builder().withTransport(guarded).build();
        return guarded.http();
    }

    /** Begins a response, and does not end it. */
    private static final class Endless implements HttpPart {
        @Override
        public void mount(Router router, Vertx vertx) {
            router.get("/endless").handler(context -> {
                ConnectionLifetime.disableIdleTimeout(context.request());
                context.response().setChunked(true).write(":");
            });
        }
    }
}
