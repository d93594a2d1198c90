package io.letterbox.rest;

import static io.letterbox.rest.TestDoor.json;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.luben.zstd.Zstd;
import io.letterbox.config.LimitsConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Random;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Limits: record 1,024 bytes, request 4,096 bytes and 10 records, budget 16,384 bytes. */
class CompressedBodyTest {
    private static final String NDJSON = "application/x-ndjson";

    private TestDoor door;

    @BeforeEach
    void open() {
        door = new TestDoor(
                new LimitsConfig(1_024, 4_096, 10, 16_384, 10, 4, 20, 10, 2_000, 50, 65_536, 0, 0, 0), true);
    }

    @AfterEach
    void nothingIsHeld() {
        await().until(() -> door.budget.usedBytes() == 0);
        door.close();
    }

    private static byte[] gzip(byte[] plain) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(bytes)) {
            out.write(plain);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static byte[] zlib(byte[] plain) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new DeflaterOutputStream(bytes)) {
            out.write(plain);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private HttpResponse<String> post(String path, String type, byte[] body, String... encodings) {
        HttpRequest.Builder request =
                door.request(path).header("Content-Type", type).POST(BodyPublishers.ofByteArray(body));
        for (String encoding : encodings) request.header("Content-Encoding", encoding);
        return door.send(request);
    }

    private String first(String topic) {
        return json(door.get("/topics/" + topic + "/records"))
                .at("/records/0/value")
                .asText();
    }

    @Test
    void everyFormMayBeCompressed() {
        byte[] lines = "{\"a\":1}\n{\"a\":2}\n".getBytes(UTF_8);
        assertThat(post("/topics/lines", NDJSON, gzip(lines), "gzip").statusCode())
                .isEqualTo(200);
        assertThat(json(door.get("/topics/lines/records")).path("records")).hasSize(2);
        assertThat(post("/topics/one", "text/plain", zlib("whole".getBytes(UTF_8)), "deflate")
                        .statusCode())
                .isEqualTo(200);
        assertThat(first("one")).isEqualTo("whole");
        byte[] rest = "{\"records\":[{\"value\":7}]}".getBytes(UTF_8);
        assertThat(post("/topics/rest", "application/vnd.kafka.json.v2+json", Zstd.compress(rest), "zstd")
                        .statusCode())
                .isEqualTo(200);
        assertThat(first("rest")).isEqualTo("7");
    }

    @Test
    void theCodingIsReadAsItMayBeWritten() {
        byte[] body = gzip("v".getBytes(UTF_8));
        assertThat(post("/topics/t", "text/plain", body, "identity", "X-Gzip").statusCode())
                .isEqualTo(200);
        assertThat(post("/topics/t", "text/plain", "v".getBytes(UTF_8), "Identity")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void settingsMayComeCompressedToo() {
        HttpRequest.Builder request = door.request("/topics/made")
                .header("Content-Encoding", "gzip")
                .PUT(BodyPublishers.ofByteArray(gzip("{\"partitions\":3}".getBytes(UTF_8))));
        HttpResponse<String> made = door.send(request);
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        assertThat(json(made).path("partitions")).hasSize(3);
        HttpRequest.Builder bomb = door.request("/topics/other")
                .header("Content-Encoding", "gzip")
                .PUT(BodyPublishers.ofByteArray(gzip(new byte[1_000_000])));
        assertThat(door.send(bomb).statusCode()).isEqualTo(413);
        HttpResponse<String> unknown = door.send(
                door.request("/topics/other").header("Content-Encoding", "br").PUT(BodyPublishers.ofString("{}")));
        assertThat(unknown.statusCode()).isEqualTo(415);
        assertThat(unknown.headers().firstValue("accept-encoding")).hasValue("identity, gzip, deflate, zstd");
    }

    /** The limit of four kilobytes applies to the decompressed body. */
    @Test
    void theLimitIsForWhatComesOut() {
        Random random = new Random(2);
        byte[] noise = new byte[4_096];
        for (int i = 0; i < noise.length; i++) noise[i] = (byte) (i % 500 == 499 ? '\n' : 'a' + random.nextInt(26));
        assertThat(post("/topics/t", NDJSON, gzip(noise), "gzip").statusCode()).isEqualTo(200);
        byte[] incompressible = new byte[4_096];
        random.nextBytes(incompressible);
        HttpResponse<String> longer = post("/topics/t", "text/plain", gzip(incompressible), "gzip");
        assertThat(json(longer).path("code").asText()).isEqualTo("RECORD_TOO_LARGE");
        for (int size : new int[] {4_097, 3_000_000}) {
            HttpResponse<String> bomb = post("/topics/t", "text/plain", gzip(new byte[size]), "gzip");
            assertThat(bomb.statusCode()).isEqualTo(413);
            assertThat(json(bomb).path("code").asText()).isEqualTo("REQUEST_TOO_LARGE");
            assertThat(json(bomb).path("limit").asInt()).isEqualTo(4_096);
            assertThat(post("/topics/t", "text/plain", Zstd.compress(new byte[size]), "zstd")
                            .statusCode())
                    .isEqualTo(413);
        }
    }

    @Test
    void whatIsNotWhatItIsSaidToBeIsRefused() {
        HttpResponse<String> plain = post("/topics/t", "text/plain", "plain".getBytes(UTF_8), "gzip");
        assertThat(plain.statusCode()).isEqualTo(400);
        assertThat(json(plain).path("detail").asText()).contains("gzip", "Content-Encoding");
        assertThat(post("/topics/t", "text/plain", new byte[0], "gzip").statusCode())
                .isEqualTo(400);
        assertThat(door.get("/topics/t").statusCode()).isEqualTo(404);
    }

    @Test
    void anotherCodingIsToldWithThoseThatWork() {
        HttpResponse<String> brotli = post("/topics/t", NDJSON, new byte[] {1, 2}, "br");
        assertThat(brotli.statusCode()).isEqualTo(415);
        assertThat(json(brotli).path("code").asText()).isEqualTo("UNSUPPORTED_CONTENT_CODING");
        assertThat(brotli.headers().firstValue("accept-encoding")).hasValue("identity, gzip, deflate, zstd");
        assertThat(post("/topics/t", NDJSON, new byte[] {1, 2}, "gzip", "gzip").statusCode())
                .isEqualTo(415);
    }

    /** A compressed body in chunks of any size, with the next request behind it on the same connection. */
    @Test
    void aStreamedBodyMayBeCompressed() throws IOException {
        byte[] body = gzip("a\nb\nc\n".getBytes(UTF_8));
        try (Socket socket = new Socket("127.0.0.1", door.port())) {
            socket.setSoTimeout(30_000);
            OutputStream out = socket.getOutputStream();
            out.write(("POST /topics/t HTTP/1.1\r\nHost: x\r\nContent-Type: " + NDJSON
                            + "\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n")
                    .getBytes(UTF_8));
            for (byte each : body) {
                out.write(new byte[] {'1', '\r', '\n', each, '\r', '\n'});
                out.flush();
            }
            out.write("0\r\n\r\nPOST /topics/t HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1\r\n\r\nd"
                    .getBytes(UTF_8));
            InputStream in = socket.getInputStream();
            assertThat(new String(in.readAllBytes(), UTF_8)).containsSubsequence("HTTP/1.1 200", "HTTP/1.1 200");
        }
        assertThat(json(door.get("/topics/t/records")).at("/records/3/value").asText())
                .isEqualTo("d");
    }
}
