package io.letterbox.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients that behave badly, with a server whose memory is too small for what they do not read: if anything were queued
 * for them, it would not survive. After each test, the server has no connections left.
 */
class ClientsIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int LINE_CHARS = 1000;
    private static final int LINES_PER_REQUEST = 1000;

    @TempDir
    private static Path directory;

    private static ServerProcess server;
    private static TestClient client;

    @BeforeAll
    static void start() {
        server = ServerProcess.in(directory)
                .littleMemory()
                .set("limits.ingressBytes", 16 * 1024 * 1024)
                .set("limits.pageBytes", 16 * 1024 * 1024)
                .start();
        client = new TestClient(server.base());
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @AfterEach
    void nobodyIsLeft() {
        assertThat(server.isAlive()).as(server.output()).isTrue();
        assertThat(server.output()).doesNotContain("OutOfMemory", "OutOfDirectMemory");
        await().atMost(LIMIT).untilAsserted(() -> {
            assertThat(client.metric("letterbox_sse_connections")).isZero();
            assertThat(client.metric("letterbox_limit_used{name=\"limits.ingressBytes\"}"))
                    .isZero();
            assertThat(client.metric("letterbox_limit_used{name=\"limits.pageBytes\"}"))
                    .isZero();
        });
    }

    @Test
    void aSlowSubscriberGetsEverything() throws IOException {
        client.create("slow", 1, Map.of());
        int requests = 10;
        try (RawSubscriber slow = new RawSubscriber(server.port(), "/topics/slow/events?from=earliest")) {
            for (int request = 0; request < requests; request++) {
                publishLines("slow", request);
                // Reads a little, so that it falls ever further behind.
                for (int i = 0; i < LINES_PER_REQUEST / 10; i++) {
                    assertThat(slow.nextData()).isEqualTo(lineOf(request * LINES_PER_REQUEST / 10 + i));
                }
            }
            for (int i = requests * LINES_PER_REQUEST / 10; i < requests * LINES_PER_REQUEST; i++) {
                assertThat(slow.nextData()).isEqualTo(lineOf(i));
            }
        }
    }

    @Test
    void stalledSubscribersCostNothingAndLoseNothing() throws IOException {
        client.create("stalled", 1, Map.of());
        int stalled = 20;
        int requests = 24; // 24 MB, nearly half a gigabyte for all of them.
        List<RawSubscriber> subscribers = new ArrayList<>();
        try {
            for (int i = 0; i < stalled; i++) {
                subscribers.add(new RawSubscriber(server.port(), "/topics/stalled/events?from=earliest"));
            }
            for (int request = 0; request < requests; request++) {
                publishLines("stalled", request);
            }
            await().atMost(LIMIT).until(() -> client.metric("letterbox_sse_connections") == stalled);
            for (RawSubscriber subscriber : subscribers) {
                for (int i = 0; i < requests * LINES_PER_REQUEST; i++) {
                    if (!subscriber.nextData().equals(lineOf(i))) {
                        throw new AssertionError("record " + i + " is not what comes next");
                    }
                }
            }
        } finally {
            for (RawSubscriber subscriber : subscribers) {
                subscriber.close();
            }
        }
    }

    @Test
    void vanishingSubscribersAreForgotten() throws IOException {
        client.create("vanishing", 2, Map.of());
        for (int round = 0; round < 10; round++) {
            List<RawSubscriber> subscribers = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                subscribers.add(new RawSubscriber(server.port(), "/topics/vanishing/events?from=earliest"));
            }
            publishLines("vanishing", round);
            for (int i = 0; i < subscribers.size(); i++) {
                if (i % 3 == 0) {
                    subscribers.get(i).nextData(); // Some of them in the middle of an event,
                }
                subscribers.get(i).vanish(); // others without having read a byte.
            }
        }
        try (RawSubscriber witness = new RawSubscriber(server.port(), "/topics/vanishing/events?from=earliest")) {
            for (int i = 0; i < 10 * LINES_PER_REQUEST; i++) {
                witness.nextData();
            }
        }
    }

    @Test
    void aFloodOfRequestsWithoutReadersIsHeldBack() throws IOException {
        client.create("flood", 1, Map.of());
        publishLines("flood", 0);
        byte[] request = "GET /topics/flood/records?partition=0&offset=0&limit=1000 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
                .getBytes(StandardCharsets.US_ASCII);
        try (Flood flood = new Flood(server.port(), 100)) {
            // 1 MB for each of these requests, if the server made responses that no client reads: 2 TB. Decoding all
            // requests of one read at once would alone take more than its memory.
            flood.send(request, 20_000);
            assertThat(client.describe("flood").get("partitions")).hasSize(1);
            client.publish("flood", "others are served", null);
        }
    }

    @Test
    void bodiesThatNeverEndAreRefusedOrHeldBack() throws IOException {
        client.create("endless", 1, Map.of());
        byte[] head = ("POST /topics/endless HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-ndjson\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        byte[] chunk = ("fffe\r\n" + "y".repeat(0xfffd) + "\n\r\n").getBytes(StandardCharsets.US_ASCII);
        try (Flood flood = new Flood(server.port(), 20)) {
            long sent = flood.begin(head).send(chunk, 4096);
            assertThat(sent).isLessThan(256L * 1024 * 1024); // Of 5 GiB.
            await().atMost(LIMIT).until(() -> publishes("endless"));
        }
    }

    @Test
    void bodiesThatComeToAStandstillDoNotKeepOthersOut() throws IOException {
        client.create("standstill", 1, Map.of());
        byte[] beginning = ("POST /topics/standstill HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000\r\n\r\n"
                        + "z".repeat(1000))
                .getBytes(StandardCharsets.US_ASCII);
        try (Flood waiting = new Flood(server.port(), 50)) {
            waiting.begin(beginning);
            await().atMost(LIMIT).until(() -> publishes("standstill"));
        }
    }

    private static boolean publishes(String topic) throws IOException {
        try {
            client.publish(topic, "one of many", null);
            return true;
        } catch (TestClient.RefusedException e) {
            assertThat(e.status()).isEqualTo(429); // The budget is used up for now.
            return false;
        }
    }

    private static void publishLines(String topic, int request) throws IOException {
        List<String> lines = new ArrayList<>(LINES_PER_REQUEST);
        for (int i = 0; i < LINES_PER_REQUEST; i++) {
            lines.add(lineOf(request * LINES_PER_REQUEST + i));
        }
        client.publishLines(topic, lines, null);
    }

    private static String lineOf(int number) {
        String head = "{\"n\":" + number + ",\"pad\":\"";
        return head + "x".repeat(LINE_CHARS - head.length() - 2) + "\"}";
    }
}
