package io.letterbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.access.Principal;
import io.letterbox.bus.FakeStorage;
import io.letterbox.config.HttpConfig;
import io.letterbox.files.StaticFiles;
import io.letterbox.files.StaticRoot;
import io.letterbox.http.Hosts;
import io.letterbox.http.HttpPart;
import io.letterbox.http.HttpSockets;
import io.letterbox.http.HttpVerticle;
import io.letterbox.http.RequestPrincipal;
import io.letterbox.http.RouteObserver;
import io.letterbox.http.RouteTable;
import io.letterbox.telemetry.Health;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever answers an HTTP request knows who sends it, whichever way the request takes. */
class RequestPrincipalTest {
    private static final Vertx VERTX = Vertx.vertx();
    private static final HttpSockets SOCKETS = new HttpSockets();
    private static final Probe PROBE = new Probe();

    private static RouteTable routes;

    /** Stands before all other parts, and looks at each request where they do. */
    private static final class Probe implements HttpPart {
        /** As soon as it is here, before anybody may answer. */
        final List<HttpServerRequest> arrived = new CopyOnWriteArrayList<>();

        final List<String> known = new CopyOnWriteArrayList<>();
        final List<String> unknown = new CopyOnWriteArrayList<>();

        @Override
        public void mount(Router router, Vertx vertx) {
            router.route().handler(context -> {
                look("router", context.request());
                context.next();
            });
        }

        @Override
        public boolean changesState(HttpServerRequest request) {
            arrived.add(request);
            return false;
        }

        @Override
        public boolean tryHandle(HttpServerRequest request) {
            look("part", request);
            return false;
        }

        private void look(String where, HttpServerRequest request) {
            String what = where + " " + request.method() + " " + request.uri();
            try {
                known.add(what + " " + RequestPrincipal.of(request));
            } catch (IllegalStateException none) {
                unknown.add(what);
            }
        }
    }

    @BeforeAll
    static void open(@TempDir Path files, @TempDir Path data) throws IOException {
        Files.writeString(files.resolve("index.html"), "here");
        HttpConfig http = new HttpConfig(
                "127.0.0.1", 0, List.of(), List.of(), List.of(), files, false, 60, 1_000, 0, 100, 16_384, 8_192);
        List<HttpPart> parts = new ArrayList<>();
        parts.add(PROBE);
        parts.addAll(HttpParts.of(new FakeStorage(VERTX), new Health()));
        parts.add(new StaticFiles(StaticRoot.open(files, data), new AtomicInteger()));
        parts.add((router, vertx) -> routes = new RouteTable(router));
        VERTX.deployVerticle(new HttpVerticle(http, SOCKETS, Hosts.of(http), parts, RouteObserver.NONE))
                .await();
    }

    @AfterAll
    static void close() {
        VERTX.close().await();
    }

    @BeforeEach
    void forget() {
        PROBE.arrived.clear();
        PROBE.known.clear();
        PROBE.unknown.clear();
    }

    /** Sends a request line, and returns the answer's. */
    private static String ask(String requestLine) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", SOCKETS.port())) {
            socket.setSoTimeout(30_000);
            String head = requestLine + " HTTP/1.1\r\nHost: 127.0.0.1:" + SOCKETS.port()
                    + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            StringBuilder line = new StringBuilder();
            for (int next = in.read(); next >= 0 && next != '\r'; next = in.read()) line.append((char) next);
            return line.toString();
        }
    }

    @Test
    void everyRouteKnowsWhoAsks() throws IOException {
        assertThat(routes.all()).hasSizeGreaterThan(25).anyMatch(route -> route.startsWith("GET /static"));
        for (String route : routes.all()) {
            String line = route.replaceAll("\\{[A-Za-z]+}", "x");
            assertThat(ask(line)).as(line).startsWith("HTTP/1.1 ");
            assertThat(PROBE.known).as(line).contains("part " + line + " User:ANONYMOUS");
        }
        assertThat(PROBE.unknown).isEmpty();
        assertThat(PROBE.known.stream().filter(seen -> seen.startsWith("router ")))
                .hasSizeGreaterThan(20);
    }

    @Test
    void whatIsAnsweredBeforeTheRouterKnowsItToo() throws IOException {
        List<String> answers = new ArrayList<>();
        for (String line :
                List.of("GET nothing", "GET *", "GET /nowhere", "GET /topics/%zz", "GET /topics/t/events?x=1")) {
            answers.add(ask(line));
        }
        assertThat(answers).allMatch(answer -> answer.startsWith("HTTP/1.1 4"));
        assertThat(PROBE.unknown).isEmpty();
        assertThat(PROBE.arrived).isNotEmpty().allSatisfy(request -> assertThat(RequestPrincipal.of(request))
                .isEqualTo(Principal.ANONYMOUS));
    }

    @Test
    void aForeignHostIsAnsweredBeforeAnybodyIsAsked() throws IOException {
        assertThat(ask("GET http://elsewhere.example/topics")).startsWith("HTTP/1.1 421");

        assertThat(PROBE.known).isEmpty();
        assertThat(PROBE.arrived).isEmpty();
    }

    @Test
    void withoutAPrincipalNothingIsDone() throws IOException {
        Vertx vertx = Vertx.vertx();
        try {
            List<HttpServerRequest> came = new CopyOnWriteArrayList<>();
            int port = vertx.createHttpServer()
                    .requestHandler(request -> {
                        came.add(request);
                        request.response().end();
                    })
                    .listen(0, "127.0.0.1")
                    .await()
                    .actualPort();
            try (Socket socket = new Socket("127.0.0.1", port)) {
                socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                assertThat(socket.getInputStream().read()).isEqualTo('H');
            }
            assertThatThrownBy(() -> RequestPrincipal.of(came.get(0)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("without a principal");
        } finally {
            vertx.close().await();
        }
    }
}
