package io.letterbox.rest;

import static io.letterbox.rest.TestDoor.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.letterbox.config.LimitsConfig;
import io.letterbox.ingress.Transfers;
import io.letterbox.record.TopicPartition;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The smallest budget with pages of 8 MiB, which is more than a kernel buffers for a client that does not read: four
 * pages use it up.
 */
class PageBudgetTest {
    private static final TopicPartition T0 = new TopicPartition("t", 0);
    private static final int PAGE_BYTES = 8 << 20;
    private static final int BUDGET_BYTES = 4 * PAGE_BYTES;
    private static final int RECORD_BYTES = 100_000;
    private static final int RECORDS = 90;

    private final List<Socket> flooders = new ArrayList<>();
    private TestDoor door;

    @AfterEach
    void nothingIsHeld() throws IOException {
        for (Socket flooder : flooders) flooder.close();
        await().until(() -> door.pages.usedBytes() == 0);
        door.onLoop(() -> assertThat(door.ingress.unsentPages().size()).isZero());
        door.close();
    }

    private void open(int idleTimeoutSeconds) {
        LimitsConfig limits = new LimitsConfig(
                RECORD_BYTES, PAGE_BYTES, 100, PAGE_BYTES, 10, 4, 20, 10, 30_000, 1_000, BUDGET_BYTES, 0, 0, 0);
        door = new TestDoor(limits, true, idleTimeoutSeconds);
        door.storage.createTopic("t", 1, Map.of());
        for (int i = 0; i < RECORDS; i++) publish();
    }

    private void publish() {
        door.storage.publish(T0, 1, null, "x".repeat(RECORD_BYTES).getBytes(StandardCharsets.UTF_8));
    }

    /** Requests the largest page with each client, and reads nothing. */
    private void flood(int clients) throws IOException {
        String request = "GET /topics/t/records?offset=0&maxBytes=" + PAGE_BYTES + " HTTP/1.1\r\nHost: x\r\n\r\n";
        for (int i = 0; i < clients; i++) {
            Socket socket = new Socket();
            flooders.add(socket);
            socket.setReceiveBufferSize(4_096);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), door.port()));
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        }
    }

    private HttpResponse<String> page() {
        return door.get("/topics/t/records?limit=1&maxBytes=" + PAGE_BYTES);
    }

    @Test
    void unreadPagesSpendTheBudgetAndNoMore() throws IOException {
        for (boolean cached : new boolean[] {true, false}) {
            if (door != null) nothingIsHeld();
            open(60);
            door.storage.setCached(cached);
            assertThat(page().statusCode()).isEqualTo(200);
            flood(20);
            await().until(() -> untaken() == 4);
            HttpResponse<String> refused = page();
            assertThat(refused.headers().firstValue("Retry-After")).hasValue("1");
            assertThat(json(refused).path("code").asText()).isEqualTo("TOO_MANY_REQUESTS");
            assertThat(json(refused).path("detail").asText()).contains("limits.pageBytes");
            assertThat(door.pages.usedBytes()).isBetween(4L * (PAGE_BYTES - 2 * RECORD_BYTES), (long) BUDGET_BYTES);
            for (Socket flooder : flooders) flooder.close();
            await().until(() -> door.pages.usedBytes() == 0);
            assertThat(page().statusCode()).isEqualTo(200);
        }
    }

    @Test
    void whoReadsNothingIsEndedByTheIdleTimeout() throws IOException {
        open(3); // Long enough that the pages are seen before they are ended.
        flood(4);
        await().until(() -> untaken() > 0);
        await().until(() -> door.pages.usedBytes() == 0 && door.entrance.open() == 0);
        assertThat(page().statusCode()).isEqualTo(200);
    }

    @Test
    void whoReadsDropByDropIsEndedAtTheDeadline() throws IOException {
        open(3_600);
        flood(1);
        await().until(() -> untaken() == 1);
        door.onLoop(() ->
                door.ingress.unsentPages().expire(System.nanoTime() + TimeUnit.SECONDS.toNanos(Transfers.MAX_SECONDS)));
        await().until(() -> door.entrance.open() == 0 && door.pages.usedBytes() == 0);
    }

    private int untaken() {
        int[] size = new int[1];
        door.onLoop(() -> size[0] = door.ingress.unsentPages().size());
        return size[0];
    }

    @Test
    void whoWaitsHoldsNothing() {
        open(60);
        List<CompletableFuture<HttpResponse<String>>> waiting = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            waiting.add(door.sendLater(door.request("/topics/t/records?offset=latest&wait=30000")));
        }
        await().until(() -> door.ingress.waitingPages() == waiting.size());
        assertThat(door.pages.usedBytes()).isZero();
        publish();
        for (var page : waiting) assertThat(page.join().statusCode()).isEqualTo(200);
    }

    @Test
    void aPageIsSmallerThanTheBudget() {
        open(60);
        HttpResponse<String> refused = door.get("/topics/t/records?maxBytes=" + (PAGE_BYTES + 1));
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(json(refused).path("detail").asText()).contains("from 1 to " + PAGE_BYTES);
        // The largest record in JSON, alone in its page: six bytes for each byte.
        byte[] controls = new byte[RECORD_BYTES];
        long offset = door.storage.publish(T0, 1, null, controls);
        HttpResponse<String> page = door.get("/topics/t/records?maxBytes=1&offset=" + offset);
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body().length()).isBetween(6 * RECORD_BYTES, 8 * RECORD_BYTES);
    }

    @Test
    void aRecordThatNeverFitsIsNotAskedForAgain() {
        open(60);
        // A record from before the limits were lowered.
        long offset = door.storage.publish(T0, 1, null, new byte[BUDGET_BYTES / 6 + 1]);
        HttpResponse<String> refused = door.get("/topics/t/records?offset=" + offset);
        assertThat(refused.statusCode()).isEqualTo(413);
        assertThat(json(refused).path("code").asText()).isEqualTo("RECORD_TOO_LARGE");
    }
}
