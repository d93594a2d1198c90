package io.letterbox.rest;

import static io.letterbox.rest.TestDoor.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Limits: record 1,024 bytes, request 4,096 bytes and 10 records, budget 8,192 bytes. */
class PublishLimitsTest {
    private TestDoor door;

    @BeforeEach
    void open() {
        door = new TestDoor(TestDoor.smallLimits(), true);
    }

    @AfterEach
    void nothingIsHeld() {
        await().until(() -> door.budget.usedBytes() == 0);
        door.close();
        await().until(() -> door.entrance.open() == 0);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static String code(HttpResponse<String> response) {
        return json(response).path("code").asText();
    }

    @Test
    void aRecordMayBeAsLargeAsTheLimit() {
        assertThat(door.post("/topics/t", null, "x".repeat(1_024)).statusCode()).isEqualTo(200);
        HttpResponse<String> response = door.post("/topics/t?key=k", null, "x".repeat(1_024));
        assertThat(response.statusCode()).isEqualTo(413);
        assertThat(code(response)).isEqualTo("RECORD_TOO_LARGE");
        response = door.post("/topics/t", "application/x-ndjson", "a\n" + "x".repeat(1_025));
        assertThat(code(response)).isEqualTo("RECORD_TOO_LARGE");
        assertThat(json(response).path("detail").asText()).startsWith("Line 2 ");
    }

    @Test
    void aRequestMayHaveAsManyRecordsAsTheLimit() {
        String ndjson = "application/x-ndjson";
        assertThat(door.post("/topics/t", ndjson, "x\n".repeat(10)).statusCode())
                .isEqualTo(200);
        assertThat(code(door.post("/topics/t", ndjson, "x\n".repeat(11)))).isEqualTo("REQUEST_TOO_LARGE");
        String rest = "{\"records\":[" + "{\"value\":1},".repeat(10) + "{\"value\":1}]}";
        assertThat(code(door.post("/topics/t", "application/vnd.kafka.json.v2+json", rest)))
                .isEqualTo("REQUEST_TOO_LARGE");
    }

    @Test
    void anAnnouncedLengthIsRefusedBeforeTheBodyComes() throws IOException {
        String answer = door.raw("POST /topics/t HTTP/1.1\r\nHost: x\r\nContent-Length: 5000000\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 413 ").contains("REQUEST_TOO_LARGE");
        answer = door.raw(
                "POST /topics/t HTTP/1.1\r\nHost: x\r\nContent-Length: 5000000\r\nExpect: 100-continue\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 413 ");
    }

    @Test
    void aChunkedBodyIsRefusedWhileItArrives() throws IOException {
        try (Socket socket = new Socket("127.0.0.1", door.port())) {
            socket.setSoTimeout(30_000);
            OutputStream out = socket.getOutputStream();
            out.write(ascii("POST /topics/t HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"));
            for (int i = 0; i < 5; i++) out.write(ascii("400\r\n" + "x".repeat(1_024) + "\r\n"));
            // The end of the body is never sent.
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertThat(answer).startsWith("HTTP/1.1 413 ").contains("REQUEST_TOO_LARGE");
        }
    }

    @Test
    void aClientThatSendsOnAfterTheRefusalIsCutOff() throws IOException {
        try (Socket socket = new Socket("127.0.0.1", door.port())) {
            socket.setSoTimeout(30_000);
            OutputStream out = socket.getOutputStream();
            out.write(ascii("POST /topics/t HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n"));
            byte[] flood = new byte[1 << 16];
            int sent = 0;
            try {
                while (sent < 100_000_000) {
                    out.write(flood);
                    sent += flood.length;
                }
            } catch (IOException cut) {
                assertThat(sent).isLessThan(100_000_000);
            }
            assertThat(sent).isLessThan(100_000_000);
        }
    }

    @Test
    void aSpentBudgetIsToldWithATimeToComeBack() throws IOException {
        door.post("/topics/t", null, "x");
        door.storage.hold();
        try (Socket first = new Socket("127.0.0.1", door.port());
                Socket second = new Socket("127.0.0.1", door.port())) {
            for (Socket socket : new Socket[] {first, second}) {
                socket.getOutputStream()
                        .write(ascii("POST /topics/t HTTP/1.1\r\nHost: x\r\nContent-Length: 4096\r\n\r\n"
                                + "x".repeat(4_095)));
            }
            await().until(() -> door.budget.usedBytes() == 8_190);
            HttpResponse<String> response = door.post("/topics/t", null, "xxx");
            assertThat(response.statusCode()).isEqualTo(429);
            assertThat(response.headers().firstValue("retry-after")).isPresent();
            assertThat(code(response)).isEqualTo("TOO_MANY_REQUESTS");
        }
        door.storage.release();
        await().until(() -> door.budget.usedBytes() == 0);
        assertThat(door.post("/topics/t", null, "xxx").statusCode()).isEqualTo(200);
    }

    @Test
    void aClientThatLeavesTakesNothingWithIt() throws IOException {
        door.post("/topics/t", null, "first");
        door.storage.hold();
        try (Socket socket = new Socket("127.0.0.1", door.port())) {
            socket.getOutputStream()
                    .write(ascii("POST /topics/t HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\ngone"));
            await().until(() -> door.budget.usedBytes() == 4);
        }
        try (Socket socket = new Socket("127.0.0.1", door.port())) {
            socket.getOutputStream()
                    .write(ascii("POST /topics/t HTTP/1.1\r\nHost: x\r\nContent-Length: 40\r\n\r\nhalf"));
            await().until(() -> door.budget.usedBytes() == 8);
        }
        await().until(() -> door.budget.usedBytes() <= 4);
        door.storage.release();
        await().untilAsserted(
                        () -> assertThat(json(door.get("/topics/t/records")).findValuesAsText("value"))
                                .containsExactly("first", "gone"));
    }

    @Test
    void aClientThatAsksFirstIsToldToGoOn() throws IOException {
        try (Socket socket = new Socket("127.0.0.1", door.port())) {
            socket.setSoTimeout(30_000);
            OutputStream out = socket.getOutputStream();
            InputStream in = socket.getInputStream();
            out.write(ascii("POST /topics/t HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nConnection: close\r\n"
                    + "Content-Length: 2\r\n\r\n"));
            assertThat(new String(in.readNBytes(25), StandardCharsets.US_ASCII))
                    .isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
            out.write(ascii("ok"));
            assertThat(new String(in.readAllBytes(), StandardCharsets.US_ASCII)).startsWith("HTTP/1.1 200 OK");
        }
    }

    @Test
    void topicsThatMayNotBeCreatedAreUnknown() {
        try (TestDoor strict = new TestDoor(TestDoor.smallLimits(), false)) {
            assertThat(code(strict.post("/topics/t", null, "x"))).isEqualTo("UNKNOWN_TOPIC");
            assertThat(strict.storage.metadata().image().topics()).isEmpty();
        }
    }
}
