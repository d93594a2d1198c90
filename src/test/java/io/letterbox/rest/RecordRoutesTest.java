package io.letterbox.rest;

import static io.letterbox.rest.TestDoor.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.letterbox.record.TopicPartition;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RecordRoutesTest {
    private static final TopicPartition T0 = new TopicPartition("t", 0);

    private TestDoor door;

    @BeforeEach
    void open() {
        door = new TestDoor();
        door.storage.createTopic("t", 1, Map.of());
        for (int i = 0; i < 10; i++) {
            door.storage.publish(T0, 1_000 * i, "k" + i, ("v" + i).getBytes(StandardCharsets.UTF_8));
        }
    }

    @AfterEach
    void close() {
        door.close();
    }

    private JsonNode page(String query) {
        HttpResponse<String> response = door.get("/topics/t/records" + query);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return json(response);
    }

    @Test
    void pagesFollowEachOtherWithoutAGap() {
        for (boolean cached : new boolean[] {true, false}) {
            door.storage.setCached(cached);
            long offset = 0;
            for (int p = 0; p < 4; p++) {
                JsonNode page = page("?limit=3&offset=" + offset);
                assertThat(page.path("records").get(0).path("offset").asLong()).isEqualTo(offset);
                offset = page.path("nextOffset").asLong();
                assertThat(page.path("highWatermark").asInt()).isEqualTo(10);
            }
            assertThat(offset).isEqualTo(10);
            assertThat(page("?offset=10").path("records")).isEmpty();
        }
    }

    @Test
    void aPageBeginsWhereItIsAskedTo() {
        assertThat(page("").path("records").get(0).path("value").asText()).isEqualTo("v0");
        assertThat(page("?offset=latest").path("nextOffset").asInt()).isEqualTo(10);
        JsonNode byTime = page("?time=1970-01-01T00:00:04.5Z").path("records");
        assertThat(byTime.get(0).path("value").asText()).isEqualTo("v5");
        assertThat(page("?time=2100-01-01T00:00:00Z").path("nextOffset").asInt())
                .isEqualTo(10);
        assertThat(page("?maxBytes=1").path("records")).hasSize(1);
    }

    @Test
    void offsetsOutsideTheLogAreToldWithWhatIsInside() {
        door.storage.deleteRecordsBefore(T0, 4);
        assertThat(page("").path("records").get(0).path("offset").asInt()).isEqualTo(4);
        for (int offset : new int[] {3, 11}) {
            HttpResponse<String> response = door.get("/topics/t/records?offset=" + offset);
            assertThat(response.statusCode()).isEqualTo(416);
            assertThat(json(response).path("logStartOffset").asInt()).isEqualTo(4);
            assertThat(json(response).path("highWatermark").asInt()).isEqualTo(10);
        }
    }

    /** A node that does not lead waits for what the client has read elsewhere, which is neither lost nor wrong. */
    @Test
    void aReplicaThatIsBehindWaits() {
        door.storage.follow();
        assertThat(page("?offset=11").path("records")).isEmpty();
        assertThat(page("?offset=11").path("nextOffset").asInt()).isEqualTo(11);
        assertThat(page("?offset=11").path("highWatermark").asInt()).isEqualTo(10);
        assertThat(page("?offset=9").path("records")).hasSize(1);
    }

    @Test
    void whatIsNotUnderstoodIsRefused() {
        for (String query : new String[] {
            "?offset=-1",
            "?offset=x",
            "?offset=",
            "?limit=0",
            "?limit=10001",
            "?wait=-1",
            "?wait=30001",
            "?partition=a",
            "?time=now",
            "?time=1970-01-01T00:00:00Z&offset=1",
            "?ofset=1",
            "?offset=1&offset=2",
            "?maxBytes=99999999"
        }) {
            assertThat(door.get("/topics/t/records" + query).statusCode())
                    .as(query)
                    .isEqualTo(400);
        }
        assertThat(door.get("/topics/t/records?partition=1").statusCode()).isEqualTo(404);
        assertThat(door.get("/topics/none/records").statusCode()).isEqualTo(404);
    }

    private CompletableFuture<HttpResponse<String>> waiting(String query) {
        int before = door.ingress.waitingPages();
        CompletableFuture<HttpResponse<String>> waiting =
                door.sendLater(door.request("/topics/t/records?wait=30000&" + query));
        await().until(() -> door.ingress.waitingPages() == before + 1);
        return waiting;
    }

    @Test
    void whoWaitsIsWokenByTheNextRecord() {
        CompletableFuture<HttpResponse<String>> first = waiting("offset=latest");
        CompletableFuture<HttpResponse<String>> second = waiting("offset=10");
        door.storage.publish(T0, 1, null, "new".getBytes(StandardCharsets.UTF_8));
        for (var page : List.of(first, second)) {
            JsonNode records = json(page.join()).path("records");
            assertThat(records.get(0).path("value").asText()).isEqualTo("new");
        }
        assertThat(door.ingress.waitingPages()).isZero();
    }

    @Test
    void whoLeavesWaitsNoLonger() throws IOException {
        try (Socket socket = new Socket("127.0.0.1", door.port())) {
            socket.getOutputStream()
                    .write("GET /topics/t/records?offset=10&wait=30000 HTTP/1.1\r\nHost: x\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            await().until(() -> door.ingress.waitingPages() == 1);
        }
        await().until(() -> door.ingress.waitingPages() == 0);
    }

    @Test
    void whoWaitsInVainGetsAnEmptyPage() {
        JsonNode page = page("?offset=10&wait=50");
        assertThat(page.path("records")).isEmpty();
        assertThat(page.path("nextOffset").asInt()).isEqualTo(10);
    }

    @Test
    void whoWaitsForADeletedTopicIsTold() {
        CompletableFuture<HttpResponse<String>> waiting = waiting("offset=10");
        door.method("DELETE", "/topics/t", null);
        assertThat(waiting.join().statusCode()).isEqualTo(404);
    }

    @Test
    void aDrainAnswersWhoWaits() throws IOException {
        try (Socket socket = new Socket("127.0.0.1", door.port())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream()
                    .write("GET /topics/t/records?offset=10&wait=30000 HTTP/1.1\r\nHost: x\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            await().until(() -> door.ingress.waitingPages() == 1);
            door.verticle.drain(30_000).await();
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertThat(answer).startsWith("HTTP/1.1 200 OK").contains("\"nextOffset\":10");
        }
        await().until(() -> door.entrance.open() == 0);
    }
}
