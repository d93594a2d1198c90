package io.letterbox.rest;

import static io.letterbox.rest.TestDoor.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.letterbox.record.TopicPartition;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RecordScanTest {
    private TestDoor door;

    @BeforeEach
    void open() {
        door = new TestDoor();
        door.storage.createTopic("t", 3, Map.of());
    }

    @AfterEach
    void nothingIsHeld() {
        await().until(() -> door.pages.usedBytes() == 0);
        door.close();
    }

    private void publish(int partition, long timestampMs, String value) {
        door.storage.publish(
                new TopicPartition("t", partition), timestampMs, "k", value.getBytes(StandardCharsets.UTF_8));
    }

    private static String query(String... pairs) {
        StringBuilder query = new StringBuilder("?");
        for (int i = 0; i < pairs.length; i += 2) {
            query.append(i == 0 ? "" : "&").append(pairs[i]).append('=');
            query.append(URLEncoder.encode(pairs[i + 1], StandardCharsets.UTF_8));
        }
        return query.toString();
    }

    private JsonNode scan(String... pairs) {
        HttpResponse<String> response = door.get("/topics/t/records" + query(pairs));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return json(response);
    }

    private static List<String> values(JsonNode page) {
        List<String> values = new ArrayList<>();
        page.path("records").forEach(record -> values.add(record.path("value").asText()));
        return values;
    }

    /** The records of all pages. */
    private List<String> all(String... pairs) {
        List<String> values = new ArrayList<>();
        JsonNode page = scan(pairs);
        values.addAll(values(page));
        for (int pages = 0; !page.path("cursor").isNull(); pages++) {
            assertThat(pages).as("pages without an end").isLessThan(5_000);
            String[] more = new String[pairs.length + 2];
            System.arraycopy(pairs, 0, more, 0, pairs.length);
            more[pairs.length] = "cursor";
            more[pairs.length + 1] = page.path("cursor").asText();
            page = scan(more);
            values.addAll(values(page));
        }
        assertThat(page.path("remaining").asLong()).isZero();
        return values;
    }

    @Test
    void partitionsAreMergedByTime() {
        publish(0, 1_000, "a");
        publish(1, 2_000, "b");
        publish(0, 3_000, "c");
        publish(2, 4_000, "d");
        publish(1, 5_000, "e");
        assertThat(values(scan("order", "newest"))).containsExactly("e", "d", "c", "b", "a");
        assertThat(values(scan("order", "oldest"))).containsExactly("a", "b", "c", "d", "e");
        for (String limit : List.of("1", "2", "3", "10")) {
            assertThat(all("order", "newest", "limit", limit)).containsExactly("e", "d", "c", "b", "a");
            assertThat(all("order", "oldest", "limit", limit)).containsExactly("a", "b", "c", "d", "e");
            assertThat(all("order", "oldest", "limit", limit, "maxBytes", "1"))
                    .containsExactly("a", "b", "c", "d", "e");
        }
        assertThat(values(scan("order", "newest", "partition", "1"))).containsExactly("e", "b");
        assertThat(values(scan("order", "newest", "time", "1970-01-01T00:00:03Z")))
                .containsExactly("b", "a");
        assertThat(values(scan("order", "oldest", "time", "1970-01-01T00:00:03Z")))
                .containsExactly("c", "d", "e");
        assertThat(values(scan("order", "newest", "partition", "0", "offset", "1")))
                .containsExactly("a");
        assertThat(values(scan("order", "oldest", "partition", "0", "offset", "1")))
                .containsExactly("c");
    }

    /** For all sizes, times and limits: every record is found once, and those of a partition in order. */
    @Test
    void nothingIsLeftOutAndNothingComesTwice() {
        for (int seed = 0; seed < 6; seed++) {
            Random random = new Random(seed);
            String topic = "r" + seed;
            door.storage.createTopic(topic, 4, Map.of());
            Set<String> expected = new HashSet<>();
            for (int i = 0; i < 400; i++) {
                int partition = random.nextInt(seed % 2 == 0 ? 4 : 2);
                int n = random.nextInt(100);
                String value = "{\"n\":" + n + ",\"i\":" + i + ",\"pad\":\"" + "x".repeat(random.nextInt(30)) + "\"}";
                long timestampMs = 1_000L * i + random.nextInt(5_000) - 2_500;
                door.storage.publish(
                        new TopicPartition(topic, partition),
                        Math.max(0, timestampMs),
                        null,
                        value.getBytes(StandardCharsets.UTF_8));
                if (n > 90) expected.add(value);
            }
            door.storage.setCached(seed % 3 != 0);
            for (String order : List.of("newest", "oldest")) {
                List<String> found = new ArrayList<>();
                String cursor = null;
                do {
                    String[] pairs = {"where", "/n > 90", "order", order, "limit", Integer.toString(1 + seed * 3)};
                    String path = "/topics/" + topic + "/records" + query(pairs)
                            + (cursor == null ? "" : "&cursor=" + cursor);
                    JsonNode page = json(door.get(path));
                    found.addAll(values(page));
                    cursor = page.path("cursor").isNull()
                            ? null
                            : page.path("cursor").asText();
                } while (cursor != null);
                assertThat(found).as(order + seed).doesNotHaveDuplicates().hasSameElementsAs(expected);
            }
        }
    }

    @Test
    void aFilterLooksAtEveryValueAndCountsWhatIsNotJson() {
        for (int i = 0; i < 300; i++) publish(i % 3, i, "{\"amount\":" + i + "}");
        publish(0, 1_000, "no json");
        publish(1, 1_001, "{\"amount\":");
        JsonNode page = scan("where", "/amount > 297");
        assertThat(values(page)).containsExactly("{\"amount\":299}", "{\"amount\":298}");
        assertThat(page.path("scanned").asInt()).isEqualTo(302);
        assertThat(page.path("notJson").asInt()).isEqualTo(2);
        assertThat(page.path("scannedBytes").asLong()).isPositive();
        assertThat(page.path("remaining").asLong()).isZero();
        assertThat(page.path("cursor").isNull()).isTrue();
        assertThat(values(scan("where", "value contains 'json'"))).containsExactly("no json");
        assertThat(values(scan("where", " "))).hasSize(100);
    }

    @Test
    void recordsThatComeMeanwhileDisturbNothing() {
        for (int i = 0; i < 10; i++) publish(0, i, "v" + i);
        JsonNode first = scan("order", "newest", "limit", "4");
        publish(0, 50, "new");
        publish(1, 60, "new");
        JsonNode rest = scan("order", "newest", "cursor", first.path("cursor").asText());
        assertThat(values(rest)).containsExactly("v5", "v4", "v3", "v2", "v1", "v0");
    }

    @Test
    void anAnswerIsBoundedAndSaysHowFarItGot() {
        String padding = "x".repeat(900_000);
        for (int i = 0; i < 40; i++) publish(i % 3, i, "{\"n\":" + i + ",\"pad\":\"" + padding + "\"}");
        JsonNode page = scan("where", "/n = 0");
        assertThat(page.path("scannedBytes").asLong()).isBetween(1L, 24L << 20);
        assertThat(page.path("records")).isEmpty();
        long remaining = page.path("remaining").asLong();
        assertThat(remaining).isBetween(1L, 39L);
        page = scan("where", "/n = 0", "cursor", page.path("cursor").asText());
        assertThat(page.path("remaining").asLong()).isLessThan(remaining);
        assertThat(all("where", "/n = 0")).hasSize(1);
    }

    @Test
    void whatIsWrongIsRefused() {
        publish(0, 1, "{}");
        HttpResponse<String> refusal = door.get("/topics/t/records" + query("where", "/amount > "));
        assertThat(refusal.statusCode()).isEqualTo(400);
        assertThat(json(refusal).path("position").asInt()).isEqualTo(10);
        assertThat(json(refusal).path("detail").asText()).contains("character 11");
        String cursor = new ScanCursor(ScanOrder.NEWEST, 0, new long[] {1, 0, 0})
                .text(door.storage.metadata().image().topics().get("t").id());
        assertThat(door.get("/topics/t/records?cursor=" + cursor).statusCode()).isEqualTo(200);
        for (String wrong : List.of(
                "order=up",
                "order=newest&wait=10",
                "order=newest&offset=1",
                "order=newest&partition=0&offset=0&time=1970-01-01T00:00:00Z",
                "cursor=x",
                "cursor=" + cursor.substring(2),
                "cursor=" + cursor + "AA",
                "cursor=" + cursor + "&order=oldest",
                "cursor=" + cursor + "&partition=1",
                "cursor=" + cursor + "&time=1970-01-01T00:00:00Z",
                "where=" + "x".repeat(1_001))) {
            assertThat(door.get("/topics/t/records?" + wrong).statusCode())
                    .as(wrong)
                    .isEqualTo(400);
        }
        assertThat(door.get("/topics/t/records?order=newest&partition=3").statusCode())
                .isEqualTo(404);
        assertThat(door.get("/topics/t/records?order=newest&partition=0&offset=9")
                        .statusCode())
                .isEqualTo(416);
    }

    @Test
    void theCursorOfADeletedTopicIsNotTakenForItsNamesakes() {
        for (int i = 0; i < 5; i++) publish(0, i, "v");
        String cursor = scan("order", "newest", "limit", "1").path("cursor").asText();
        door.method("DELETE", "/topics/t", null);
        door.storage.createTopic("t", 3, Map.of());
        HttpResponse<String> refusal = door.get("/topics/t/records?cursor=" + cursor);
        assertThat(refusal.statusCode()).isEqualTo(400);
        assertThat(refusal.body()).contains("deleted");
    }

    @Test
    void whatRetentionTakesMeanwhileIsPassedOver() {
        for (int i = 0; i < 10; i++) publish(0, i, "v" + i);
        String cursor = scan("order", "oldest", "limit", "2").path("cursor").asText();
        door.storage.deleteRecordsBefore(new TopicPartition("t", 0), 6);
        assertThat(values(scan("cursor", cursor))).containsExactly("v6", "v7", "v8", "v9");
    }
}
