package io.letterbox.rest;

import static io.letterbox.rest.TestDoor.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code DELETE /topics/{topic}/records?key=}: publishes a record without a value, like any other publish. */
class TombstoneTest {
    private TestDoor door;

    @BeforeEach
    void open() {
        door = new TestDoor();
        door.storage.createTopic("accounts", 5, Map.of("cleanup.policy", "compact"));
    }

    @AfterEach
    void nothingIsHeld() {
        await().until(() -> door.budget.usedBytes() == 0);
        door.close();
    }

    private HttpResponse<String> delete(String path) {
        return door.send(door.request(path).DELETE());
    }

    private JsonNode record(JsonNode placed) {
        return json(door.get("/topics/accounts/records?limit=1&partition="
                        + placed.path("partition").asInt() + "&offset="
                        + placed.path("offset").asInt()))
                .path("records")
                .path(0);
    }

    @Test
    void itGoesWhereItsKeyGoes() {
        for (String key : List.of("A-17", "b", "", "%C3%A9%20%26", "7")) {
            JsonNode value = json(door.post("/topics/accounts?key=" + key, "text/plain", "120"));
            HttpResponse<String> answer = delete("/topics/accounts/records?key=" + key);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            JsonNode tombstone = json(answer);
            assertThat(tombstone.path("topic").asText()).isEqualTo("accounts");
            assertThat(tombstone.path("partition")).isEqualTo(value.path("partition"));
            assertThat(tombstone.path("offset").asInt())
                    .isEqualTo(value.path("offset").asInt() + 1);
            assertThat(record(tombstone).path("key")).isEqualTo(record(value).path("key"));
            assertThat(record(tombstone).path("value").isNull()).isTrue();
            assertThat(record(value).path("value").asText()).isEqualTo("120");
        }
    }

    @Test
    void itsPartitionTimestampAndHeadersAreThePublishersChoice() {
        HttpResponse<String> answer =
                door.send(door.request("/topics/accounts/records?key=k&partition=3&timestamp=1970-01-01T00:00:02Z")
                        .header("Letterbox-Header-Reason", "closed")
                        .header("Content-Type", "text/plain")
                        .DELETE());
        JsonNode placed = json(answer);
        assertThat(placed.path("partition").asInt()).isEqualTo(3);
        assertThat(placed.path("timestamp").asLong()).isEqualTo(2000);
        assertThat(record(placed).path("headers").toString()).isEqualTo("[{\"name\":\"reason\",\"value\":\"closed\"}]");
        assertThat(delete("/topics/accounts/records?key=k&partition=5").statusCode())
                .isEqualTo(404);
    }

    @Test
    void withoutAKeyItSaysWhatIsRightAndHowOtherRecordsAreDeleted() {
        for (String path : List.of("/topics/accounts/records", "/topics/accounts/records?partition=0")) {
            HttpResponse<String> answer = delete(path);
            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(json(answer).path("detail").asText())
                    .contains("query parameter key", "?key=A-17", "DeleteRecords", "retention.ms");
        }
        assertThat(json(delete("/topics/accounts/records?partition=0&offset=5"))
                        .path("detail")
                        .asText())
                .contains("no query parameter 'offset'", "key, partition, timestamp");
        assertThat(door.storage.appends()).isZero();
    }

    @Test
    void aBodyIsRefusedBecauseThereIsNoValue() {
        HttpResponse<String> answer = door.method("DELETE", "/topics/accounts/records?key=k", "120");
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(json(answer).path("detail").asText()).contains("without a body", "POST /topics/accounts");
        assertThat(door.storage.appends()).isZero();
    }

    @Test
    void itMakesNoTopicAndRefusesWhatPublishingRefuses() {
        assertThat(json(delete("/topics/new/records?key=k")).path("code").asText())
                .isEqualTo("UNKNOWN_TOPIC");
        assertThat(door.storage.metadata().image().topics()).containsOnlyKeys("accounts");
        assertThat(delete("/topics/__consumer_offsets/records?key=k").statusCode())
                .isEqualTo(400);
        door.storage.refuseWith(new ApiException(ErrorCode.DISK_FULL, "No room."));
        assertThat(delete("/topics/accounts/records?key=k").statusCode()).isEqualTo(507);
    }

    @Test
    void aKeyThatFitsNoRecordIsRefused() {
        try (TestDoor small = new TestDoor(TestDoor.smallLimits(), true)) {
            small.storage.createTopic("t", 1, Map.of());
            HttpResponse<String> answer = small.send(
                    small.request("/topics/t/records?key=" + "k".repeat(1_025)).DELETE());
            assertThat(answer.statusCode()).isEqualTo(413);
        }
    }

    /** The router meters the requests that it handles, and the publisher the others. */
    @Test
    void everyAnswerIsMeteredOnce() {
        door.post("/topics/accounts?key=k", null, "past the router");
        door.post("/topics/%61ccounts?key=k", null, "through it");
        delete("/topics/accounts/records?key=k");
        delete("/topics/accounts/records");
        await().until(() -> count("POST /topics/{topic}", "2xx") == 2);
        assertThat(count("DELETE /topics/{topic}/records", "2xx")).isEqualTo(1);
        assertThat(count("DELETE /topics/{topic}/records", "4xx")).isEqualTo(1);
    }

    private double count(String route, String status) {
        return door.metrics
                .scrape()
                .lines()
                .filter(line -> line.startsWith("letterbox_http_request_seconds_count")
                        && line.contains("route=\"" + route + "\"")
                        && line.contains("status=\"" + status + "\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    @Test
    void aForeignPageMayNotAndAConfiguredOneMay() throws Exception {
        String head = "DELETE /topics/accounts/records?key=k HTTP/1.1\r\nHost: me\r\nConnection: close\r\nOrigin: ";
        assertThat(door.raw(head + "https://evil.example\r\n\r\n")).startsWith("HTTP/1.1 403 ");
        assertThat(door.storage.appends()).isZero();
        assertThat(door.raw(head + "https://app.example\r\n\r\n")).startsWith("HTTP/1.1 200 ");
        assertThat(door.raw(head + "http://me\r\n\r\n")).startsWith("HTTP/1.1 200 ");
    }
}
