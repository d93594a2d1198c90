package io.letterbox.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.letterbox.config.LetterboxConfig;
import io.letterbox.http.Hosts;
import io.letterbox.http.HttpPart;
import io.letterbox.http.HttpSockets;
import io.letterbox.http.HttpVerticle;
import io.letterbox.http.RouteObserver;
import io.vertx.core.Vertx;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Static files on a real socket. */
class StaticFilesTest {
    private static final int LONG_BYTES = 5 * FileTransfer.CHUNK_BYTES + 17;

    @TempDir
    private Path directory;

    private Path site;
    private Path data;
    private final AtomicInteger transfers = new AtomicInteger();
    private final Vertx vertx = Vertx.vertx();
    private final HttpSockets sockets = new HttpSockets();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @BeforeEach
    void serve() throws IOException {
        data = Files.createDirectories(directory.resolve("site/data"));
        site = directory.resolve("site");
        Files.writeString(site.resolve("index.html"), "<h1>ü</h1>");
        HttpPart files = new StaticFiles(StaticRoot.open(site, data), transfers);
        HttpPart api = (router, on) ->
                router.get("/topics").handler(context -> context.response().end("the topics"));
        var config = LetterboxConfig.defaults().http();
        var http = new io.letterbox.config.HttpConfig(
                "127.0.0.1", 0, List.of(), List.of(), List.of(), site, false, 60, 1_000, 0, 256, 16_384, 8_192);
        assertThat(config.servesFiles()).isFalse();
        vertx.deployVerticle(new HttpVerticle(http, sockets, Hosts.of(http), List.of(api, files), RouteObserver.NONE))
                .await();
    }

    @AfterEach
    void close() {
        vertx.close().await();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + sockets.port() + path))
                .timeout(Duration.ofSeconds(30));
    }

    private HttpResponse<byte[]> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private HttpResponse<byte[]> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request = request(path);
        return send(headers.length == 0 ? request : request.headers(headers));
    }

    private static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }

    /** The response to a target that is sent unchanged, which HTTP clients would not do. */
    private String raw(String target) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", sockets.port())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream()
                    .write(("GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    @Test
    void aDirectoryIsItsIndexAndIsNotListed() throws Exception {
        HttpResponse<byte[]> page = get("/static/");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(new String(page.body(), StandardCharsets.UTF_8)).isEqualTo("<h1>ü</h1>");
        assertThat(header(page, "content-type")).isEqualTo("text/html; charset=utf-8");
        assertThat(header(page, "cache-control")).isEqualTo("no-cache");
        assertThat(header(page, "x-content-type-options")).isEqualTo("nosniff");

        Files.createDirectories(site.resolve("a b/empty"));
        assertThat(get("/static/a%20b/").statusCode()).isEqualTo(404);
        assertThat(get("/static/a%20b/empty/").statusCode()).isEqualTo(404);
        Files.writeString(site.resolve("a b/index.html"), "inner");
        assertThat(get("/static/a%20b/").body()).asString().isEqualTo("inner");

        // Relative, so that they work behind a proxy with a path prefix.
        assertThat(header(get("/static?a=1"), "location")).isEqualTo("./static/?a=1");
        HttpResponse<byte[]> moved = get("/static/a%20b");
        assertThat(moved.statusCode()).isEqualTo(302);
        assertThat(header(moved, "location")).isEqualTo("./a%20b/");
        assertThat(get("/static/index.html/").statusCode()).isEqualTo(404);
    }

    @Test
    void everyFileHasTheTypeOfItsName() throws Exception {
        Map<String, String> types = Map.of(
                "app.mjs", "text/javascript; charset=utf-8",
                "app.JS", "text/javascript; charset=utf-8",
                "a.css", "text/css; charset=utf-8",
                "a.json", "application/json",
                "a.svg", "image/svg+xml",
                "a.wasm", "application/wasm",
                "a.webmanifest", "application/manifest+json",
                "a.txt", "text/plain; charset=utf-8",
                "noend", "application/octet-stream",
                "a.strange", "application/octet-stream");
        for (var type : types.entrySet()) {
            Files.writeString(site.resolve(type.getKey()), "x");
            assertThat(header(get("/static/" + type.getKey()), "content-type"))
                    .as(type.getKey())
                    .isEqualTo(type.getValue());
        }
    }

    @Test
    void whatAClientHasIsNotSentAgainUntilItChanges() throws Exception {
        String etag = header(get("/static/index.html"), "etag");
        HttpResponse<byte[]> again = get("/static/index.html", "If-None-Match", etag);
        assertThat(again.statusCode()).isEqualTo(304);
        assertThat(header(again, "etag")).isEqualTo(etag);
        String modified = header(get("/static/index.html"), "last-modified");
        assertThat(get("/static/index.html", "If-Modified-Since", modified).statusCode())
                .isEqualTo(304);

        Files.writeString(site.resolve("index.html"), "<h1>u</h1>!");
        assertThat(get("/static/index.html", "If-None-Match", etag).body())
                .asString()
                .isEqualTo("<h1>u</h1>!");
        FileTime other = FileTime.fromMillis(1_000_000_000_000L);
        String before = header(get("/static/index.html"), "etag");
        Files.setLastModifiedTime(site.resolve("index.html"), other);
        assertThat(header(get("/static/index.html"), "etag")).isNotEqualTo(before);
    }

    @Test
    void aLongFileComesWholeOrInParts() throws Exception {
        byte[] content = new byte[LONG_BYTES];
        new Random(1).nextBytes(content);
        Files.write(site.resolve("long.bin"), content);

        HttpResponse<byte[]> whole = get("/static/long.bin");
        assertThat(whole.body()).isEqualTo(content);
        assertThat(header(whole, "accept-ranges")).isEqualTo("bytes");

        HttpResponse<byte[]> part = get("/static/long.bin", "Range", "bytes=100-70000");
        assertThat(part.statusCode()).isEqualTo(206);
        assertThat(header(part, "content-range")).isEqualTo("bytes 100-70000/" + LONG_BYTES);
        assertThat(part.body()).isEqualTo(Arrays.copyOfRange(content, 100, 70_001));
        assertThat(get("/static/long.bin", "Range", "bytes=-5").body())
                .isEqualTo(Arrays.copyOfRange(content, LONG_BYTES - 5, LONG_BYTES));
        assertThat(get("/static/long.bin", "Range", "bytes=5-9", "If-Range", "\"other\"")
                        .statusCode())
                .isEqualTo(200);

        HttpResponse<byte[]> out = get("/static/long.bin", "Range", "bytes=" + LONG_BYTES + "-");
        assertThat(out.statusCode()).isEqualTo(416);
        assertThat(header(out, "content-range")).isEqualTo("bytes */" + LONG_BYTES);
        assertThat(new String(out.body(), StandardCharsets.UTF_8)).contains("RANGE_NOT_SATISFIABLE");

        HttpResponse<byte[]> head =
                send(request("/static/long.bin").method("HEAD", HttpRequest.BodyPublishers.noBody()));
        assertThat(header(head, "content-length")).isEqualTo(Integer.toString(LONG_BYTES));
        assertThat(head.body()).isEmpty();
        Files.write(site.resolve("empty.txt"), new byte[0]);
        assertThat(get("/static/empty.txt").body()).isEmpty();
        await().until(() -> transfers.get() == 0);
    }

    @Test
    void nothingOutsideOfTheDirectoryIsReached() throws Exception {
        Files.writeString(directory.resolve("secret"), "SECRET");
        Files.writeString(data.resolve("log"), "SECRET");
        Files.createDirectories(site.resolve(".git"));
        Files.writeString(site.resolve(".git/config"), "SECRET");
        Files.writeString(site.resolve(".env"), "SECRET");
        Files.createSymbolicLink(site.resolve("out"), directory.resolve("secret"));
        Files.createSymbolicLink(site.resolve("up"), directory);
        Files.createSymbolicLink(site.resolve("loop"), site.resolve("loop"));
        Files.createSymbolicLink(site.resolve("gone"), site.resolve("nothing"));
        Files.createSymbolicLink(site.resolve("git.txt"), site.resolve("../secret"));
        for (String target : List.of(
                "/static/../secret",
                "/static/%2e%2e/secret",
                "/static/..%2fsecret",
                "/static/%2e%2e%2fsecret",
                "/static/..%5csecret",
                "/static/..\\secret",
                "/static/%252e%252e/secret",
                "/static/x/../../secret",
                "/static//etc/passwd",
                "/static/%2fetc%2fpasswd",
                "/static/.env",
                "/static/%2eenv",
                "/static/.git/config",
                "/static/out",
                "/static/out/",
                "/static/up/secret",
                "/static/git.txt",
                "/static/loop",
                "/static/gone",
                "/static/data/log",
                "/static/index.html%00.png",
                "/static/nothing")) {
            String answer = raw(target);
            assertThat(answer).as(target).doesNotContain("SECRET", "root:", directory.toString());
            assertThat(answer).as(target).matches("(?s)HTTP/1.1 (400|404) .*");
        }
        // A link that stays within the directory is followed.
        Files.createSymbolicLink(site.resolve("same.html"), site.resolve("index.html"));
        assertThat(get("/static/same.html").statusCode()).isEqualTo(200);
    }

    @Test
    void whatIsNoRegularFileIsNotOpened() throws Exception {
        assertThat(new ProcessBuilder("mkfifo", site.resolve("pipe").toString())
                        .start()
                        .waitFor())
                .isZero();
        assertThat(get("/static/pipe").statusCode()).isEqualTo(404);
    }

    @Test
    void otherPathsAndMethodsAreAsBefore() throws Exception {
        Files.writeString(site.resolve("topics"), "a file");
        assertThat(get("/topics").body()).asString().isEqualTo("the topics");
        assertThat(get("/static/topics").body()).asString().isEqualTo("a file");
        HttpResponse<byte[]> posted =
                send(request("/static/index.html").POST(HttpRequest.BodyPublishers.ofString("x")));
        assertThat(posted.statusCode()).isEqualTo(405);
        assertThat(header(posted, "allow")).isEqualTo("GET, HEAD, OPTIONS");
        assertThat(get("/statics/index.html").statusCode()).isEqualTo(404);
    }

    @Test
    void aReaderThatStopsHoldsAFileAndGivesItBack() throws Exception {
        try (var file = new java.io.RandomAccessFile(site.resolve("huge.bin").toFile(), "rw")) {
            file.setLength(8L << 30);
        }
        try (Socket socket = new Socket("127.0.0.1", sockets.port())) {
            socket.getOutputStream()
                    .write("GET /static/huge.bin HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.UTF_8));
            await().until(() -> transfers.get() == 1);
            // Other requests are served meanwhile.
            assertThat(get("/static/index.html").statusCode()).isEqualTo(200);
            assertThat(head(socket.getInputStream())).contains("content-length: " + (8L << 30));
        }
        await().until(() -> transfers.get() == 0);

        transfers.set(StaticFiles.MAX_TRANSFERS);
        assertThat(get("/static/huge.bin").statusCode()).isEqualTo(429);
        assertThat(get("/static/index.html").statusCode()).isEqualTo(200);
        assertThat(transfers.get()).isEqualTo(StaticFiles.MAX_TRANSFERS);
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        while (!read.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) read.write(in.read());
        return read.toString(StandardCharsets.ISO_8859_1);
    }

    @Test
    void aDirectoryThatCannotBeServedIsNamedWithTheReason() throws Exception {
        assertThatThrownBy(() -> StaticRoot.open(directory.resolve("nowhere"), data))
                .hasMessageContaining("nowhere cannot be served: no such file or directory")
                .hasMessageContaining("--static (http.staticDir)");
        assertThatThrownBy(() -> StaticRoot.open(site.resolve("index.html"), data))
                .hasMessageContaining("it is no directory");
        assertThatThrownBy(() -> StaticRoot.open(data, data)).hasMessageContaining("the server's data directory");
    }
}
