package io.letterbox.rest;

import static io.letterbox.rest.TestDoor.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.record.Partitioner;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PublishTest {
    private static final String NDJSON = "application/x-ndjson";
    private static final String REST_JSON = "application/vnd.kafka.json.v2+json";
    private static final String REST_BINARY = "application/vnd.kafka.binary.v2+json";

    private TestDoor door;

    @BeforeEach
    void open() {
        door = new TestDoor();
    }

    @AfterEach
    void nothingIsHeld() {
        await().until(() -> door.budget.usedBytes() == 0);
        door.close();
    }

    private JsonNode records(String topic, int partition) {
        return json(door.get("/topics/" + topic + "/records?limit=1000&partition=" + partition))
                .path("records");
    }

    private JsonNode only(String topic) {
        JsonNode records = records(topic, 0);
        assertThat(records).hasSize(1);
        return records.get(0);
    }

    @Test
    void aValueIsKeptWithItsContentType() {
        long before = System.currentTimeMillis();
        HttpResponse<String> response = door.post("/topics/t", "text/plain;charset=utf-8", "héllo\r\n");
        assertThat(response.statusCode()).isEqualTo(200);
        JsonNode answer = json(response);
        assertThat(answer.path("topic").asText()).isEqualTo("t");
        assertThat(answer.path("partition").asInt(-1)).isZero();
        assertThat(answer.path("offset").asInt(-1)).isZero();
        assertThat(answer.path("timestamp").asLong()).isBetween(before, System.currentTimeMillis());
        JsonNode record = only("t");
        assertThat(record.path("value").asText()).isEqualTo("héllo\r\n");
        assertThat(record.path("key").isNull()).isTrue();
        assertThat(record.path("timestamp")).isEqualTo(answer.path("timestamp"));
        assertThat(record.path("headers").toString())
                .isEqualTo("[{\"name\":\"content-type\",\"value\":\"text/plain;charset=utf-8\"}]");
    }

    @Test
    void whatCurlSaysOfAnyBodyIsNotKept() {
        door.post("/topics/t", "application/x-www-form-urlencoded", "{}");
        assertThat(only("t").path("headers")).isEmpty();
    }

    @Test
    void bytesThatAreNoTextComeBackAsBase64() {
        door.post("/topics/t?key=%C3%A9", null, new byte[] {(byte) 0xff, 0, 1});
        JsonNode record = only("t");
        assertThat(record.path("value").asText()).isEqualTo("/wAB");
        assertThat(record.path("valueEncoding").asText()).isEqualTo("base64");
        assertThat(record.path("key").asText()).isEqualTo("é");
        assertThat(record.has("keyEncoding")).isFalse();
        assertThat(record.path("headers")).isEmpty();
    }

    @Test
    void anEmptyBodyIsAnEmptyValue() {
        assertThat(door.post("/topics/t", null, "").statusCode()).isEqualTo(200);
        assertThat(only("t").path("value").asText("?")).isEmpty();
    }

    @Test
    void headersOfTheClientAndOfCloudEventsAreKept() {
        door.send(door.request("/topics/t")
                .header("Letterbox-Header-Trace-Id", "abc")
                .header("ce-id", "7%20%C3%A9")
                .header("ce-specversion", "1.0")
                .POST(BodyPublishers.ofString("x")));
        assertThat(only("t").path("headers").toString())
                .contains("{\"name\":\"trace-id\",\"value\":\"abc\"}")
                .contains("{\"name\":\"ce_id\",\"value\":\"7 é\"}")
                .contains("{\"name\":\"ce_specversion\",\"value\":\"1.0\"}");
    }

    /** curl sends UTF-8, browsers ISO 8859-1; RFC 8187 is for what neither of them can send. */
    @Test
    void headersAreTextInUtf8HoweverTheyCame() throws IOException {
        String head = "POST /topics/t HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1\r\n";
        String utf8 = new String("abc ü".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        assertThat(door.raw(head + "Letterbox-Header-A: abc ü\r\nLetterbox-Header-B: " + utf8
                        + "\r\nLetterbox-Header-C*: UTF-8''%e2%82%ac%20rates%20\r\nLetterbox-Header-D*: utf-8'en'x"
                        + "\r\nLetterbox-Header-*: star\r\nContent-Type: text/ü\r\nce-E: ü\r\n\r\nx"))
                .contains("200 OK");
        assertThat(only("t").path("headers").toString())
                .contains("{\"name\":\"a\",\"value\":\"abc ü\"}")
                .contains("{\"name\":\"b\",\"value\":\"abc ü\"}")
                .contains("{\"name\":\"c\",\"value\":\"€ rates \"}")
                .contains("{\"name\":\"d\",\"value\":\"x\"}")
                .contains("{\"name\":\"*\",\"value\":\"star\"}")
                .contains("{\"name\":\"content-type\",\"value\":\"text/ü\"}")
                .contains("{\"name\":\"ce_e\",\"value\":\"ü\"}")
                .doesNotContain("encoding");
        for (String wrong : new String[] {"plain", "UTF-8'x", "UTF-8''%f", "UTF-8''%FF", "ISO-8859-1''x"}) {
            assertThat(door.raw(head + "Letterbox-Header-C*: " + wrong + "\r\n\r\nx"))
                    .as(wrong)
                    .contains("400", "RFC 8187".substring(0, wrong.equals("UTF-8''%f") ? 0 : 8));
        }
    }

    @Test
    void keysPartitionsAndTimestampsAreTheClientsChoice() {
        door.storage.createTopic("p", 4, Map.of());
        int expected = Partitioner.forKey("k1".getBytes(StandardCharsets.UTF_8), 4);
        JsonNode keyed = json(door.post("/topics/p?key=k1&timestamp=1500", null, "a"));
        assertThat(keyed.path("partition").asInt()).isEqualTo(expected);
        assertThat(keyed.path("timestamp").asLong()).isEqualTo(1500);
        JsonNode placed = json(door.post("/topics/p?key=k1&partition=3&timestamp=1970-01-01T00:00:02Z", null, "b"));
        assertThat(placed.path("partition").asInt()).isEqualTo(3);
        assertThat(placed.path("timestamp").asLong()).isEqualTo(2000);
        assertThat(door.post("/topics/p?partition=4", null, "c").statusCode()).isEqualTo(404);
        assertThat(door.post("/topics/p?partition=-1", null, "c").statusCode()).isEqualTo(400);
        assertThat(door.post("/topics/p?timestamp=yesterday", null, "c").statusCode())
                .isEqualTo(400);
    }

    @Test
    void recordsWithoutAKeyGoRound() {
        door.storage.createTopic("p", 3, Map.of());
        IntStream.range(0, 9).forEach(i -> door.post("/topics/p", null, "v" + i));
        for (int p = 0; p < 3; p++) assertThat(records("p", p)).hasSize(3);
    }

    @Test
    void requestsInFlightTogetherGetTheirOwnOffsets() {
        door.post("/topics/t", null, "first");
        door.storage.hold();
        List<CompletableFuture<HttpResponse<String>>> answers = IntStream.range(0, 20)
                .mapToObj(i -> door.sendLater(door.request("/topics/t").POST(BodyPublishers.ofString("v" + i))))
                .toList();
        await().until(() -> door.budget.usedBytes() == 10 * 2 + 10 * 3);
        door.storage.release();
        Set<Integer> offsets = new HashSet<>();
        JsonNode records = null;
        for (int i = 0; i < 20; i++) {
            int offset = json(answers.get(i).join()).path("offset").asInt();
            if (records == null) records = await().until(() -> records("t", 0), r -> r.size() == 21);
            assertThat(records.get(offset).path("value").asText()).isEqualTo("v" + i);
            offsets.add(offset);
        }
        assertThat(offsets).hasSize(20).doesNotContain(0);
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws IOException {
        assertAnsweredInOrder(50, "");
    }

    /** The decoder gets the body in slices, the last of which is a short one. */
    @Test
    void pipelinedRequestsThatComeInSeveralSlicesAreAllAnswered() throws IOException {
        assertAnsweredInOrder(60, "\r\nX-Padding: " + "p".repeat(40));
    }

    private void assertAnsweredInOrder(int count, String header) throws IOException {
        StringBuilder requests = new StringBuilder();
        for (int i = 0; i < count; i++) {
            String body = "v" + i;
            requests.append("POST /topics/t?key=")
                    .append(i)
                    .append(" HTTP/1.1\r\nHost: x\r\nContent-Length: ")
                    .append(body.length())
                    .append(header)
                    .append(i == count - 1 ? "\r\nConnection: close" : "")
                    .append("\r\n\r\n")
                    .append(body);
        }
        String answers = door.raw(requests.toString());
        int from = 0;
        for (int i = 0; i < count; i++) {
            from = answers.indexOf("\"offset\":" + i + ",", from);
            assertThat(from).as("offset %d in its place", i).isPositive();
        }
    }

    @Test
    void everyLineIsARecord() {
        HttpResponse<String> response = door.post("/topics/t", NDJSON, "{\"a\":1}\r\n\n not json \n{\"a\":2}");
        assertThat(response.statusCode()).isEqualTo(200);
        JsonNode answer = json(response);
        assertThat(answer.path("count").asInt()).isEqualTo(3);
        assertThat(answer.path("records")).hasSize(3);
        for (int i = 0; i < 3; i++) {
            JsonNode row = answer.path("records").get(i);
            assertThat(row.path("offset").asInt(-1)).isEqualTo(i);
            assertThat(row.path("partition").asInt(-1)).isZero();
            assertThat(row.path("timestamp").asLong()).isPositive();
        }
        assertThat(records("t", 0).findValuesAsText("value")).containsExactly("{\"a\":1}", " not json ", "{\"a\":2}");
    }

    @Test
    void linesWithKeysGoToTheirPartitions() {
        door.storage.createTopic("p", 4, Map.of());
        StringBuilder body = new StringBuilder();
        for (int i = 0; i < 100; i++)
            body.append("{\"id\":").append(i % 10).append(",\"n\":").append(i).append("}\n");
        JsonNode answer = json(door.post("/topics/p?keyField=/id", NDJSON, body.toString()));
        for (int i = 0; i < 100; i++) {
            JsonNode row = answer.path("records").get(i);
            byte[] key = Integer.toString(i % 10).getBytes(StandardCharsets.UTF_8);
            assertThat(row.path("partition").asInt()).isEqualTo(Partitioner.forKey(key, 4));
            JsonNode stored = records("p", row.path("partition").asInt())
                    .get(row.path("offset").asInt());
            assertThat(stored.path("value").asText()).isEqualTo("{\"id\":" + i % 10 + ",\"n\":" + i + "}");
            assertThat(stored.path("key").asText()).isEqualTo(Integer.toString(i % 10));
        }
        JsonNode runs = json(door.post("/topics/p?ack=runs", NDJSON, "a\nb\nc\n"));
        assertThat(runs.path("runs")).hasSize(1);
        assertThat(runs.path("runs").get(0).path("count").asInt()).isEqualTo(3);
    }

    @Test
    void aLineThatCannotBecomeARecordRefusesThemAll() {
        HttpResponse<String> response = door.post("/topics/t?keyField=/id", NDJSON, "{\"id\":1}\n{}\n");
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(json(response).path("detail").asText()).startsWith("Line 2 ");
        assertThat(door.post("/topics/t?keyField=/id", NDJSON, "{\"id\":1}\n{\n")
                        .statusCode())
                .isEqualTo(400);
        assertThat(door.post("/topics/t", NDJSON, "\n\r\n").statusCode()).isEqualTo(400);
        assertThat(door.storage.appends()).isZero();
    }

    @Test
    void aLargeRequestIsSplitIntoBatchesWithoutLosingCount() {
        String line = "x".repeat(999) + "\n";
        JsonNode answer = json(door.post("/topics/t?ack=runs", NDJSON, line.repeat(1000)));
        assertThat(answer.path("count").asInt()).isEqualTo(1000);
        long next = 0;
        for (JsonNode run : answer.path("runs")) {
            assertThat(run.path("offset").asLong()).isEqualTo(next);
            next += run.path("count").asLong();
        }
        assertThat(next).isEqualTo(1000);
        assertThat(door.storage.appends()).isGreaterThan(5);
    }

    @Test
    void theRestProxysJsonFormIsUnderstood() {
        HttpResponse<String> response = door.post(
                "/topics/t",
                REST_JSON,
                "{\"records\":[{\"value\":{\"a\":1.0}},{\"key\":\"k\",\"value\":null},{\"partition\":3,\"value\":1},"
                        + "{\"partition\":0,\"value\":\"s\"}]}");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("content-type")).hasValue("application/vnd.kafka.v2+json");
        JsonNode offsets = json(response).path("offsets");
        assertThat(offsets.get(0).toString())
                .isEqualTo("{\"partition\":0,\"offset\":0,\"error_code\":null,\"error\":null}");
        assertThat(offsets.get(2).path("error_code").asInt()).isEqualTo(1);
        assertThat(offsets.get(2).path("error").asText()).contains("no partition 3");
        assertThat(offsets.get(3).path("offset").asInt()).isEqualTo(2);
        JsonNode records = records("t", 0);
        assertThat(records.get(0).path("value").asText()).isEqualTo("{\"a\":1.0}");
        assertThat(records.get(1).path("key").asText()).isEqualTo("\"k\"");
        assertThat(records.get(1).path("value").isNull()).isTrue();
    }

    @Test
    void theRestProxysBinaryFormIsUnderstood() {
        HttpResponse<String> response = door.post(
                "/topics/t", REST_BINARY, "{\"records\":[{\"key\":\"aw==\",\"value\":\"/w==\"},{\"value\":\"!\"}]}");
        JsonNode offsets = json(response).path("offsets");
        assertThat(offsets.get(0).path("offset").asInt(-1)).isZero();
        assertThat(offsets.get(1).path("error_code").asInt()).isEqualTo(1);
        assertThat(only("t").path("key").asText()).isEqualTo("k");
        assertThat(door.post("/topics/t", REST_BINARY, "{\"records\":[]}").statusCode())
                .isEqualTo(400);
        assertThat(door.post("/topics/t", "application/vnd.kafka.avro.v2+json", "{}")
                        .statusCode())
                .isEqualTo(415);
    }

    @Test
    void whatTheStorageRefusesReachesEveryForm() {
        door.post("/topics/t", null, "x");
        door.storage.refuseWith(new ApiException(ErrorCode.DISK_FULL, "No room."));
        assertThat(door.post("/topics/t", null, "x").statusCode()).isEqualTo(507);
        assertThat(door.post("/topics/t", NDJSON, "x\ny").statusCode()).isEqualTo(507);
        assertThat(door.post("/topics/t", REST_JSON, "{\"records\":[{\"value\":1}]}")
                        .statusCode())
                .isEqualTo(507);
    }

    @Test
    void aTopicMayDemandTimestampsNearThePresent() {
        door.storage.createTopic("near", 1, Map.of("message.timestamp.before.max.ms", "60000"));
        for (String when : List.of("1500", "9999-01-01T00:00:00Z")) {
            HttpResponse<String> single = door.post("/topics/near?timestamp=" + when, null, "x");
            assertThat(single.statusCode()).isEqualTo(400);
            assertThat(json(single).path("code").asText()).isEqualTo("INVALID_TIMESTAMP");
            assertThat(door.post("/topics/near?timestamp=" + when, NDJSON, "x").statusCode())
                    .isEqualTo(400);
        }
        HttpResponse<String> rest =
                door.post("/topics/near", REST_JSON, "{\"records\":[{\"value\":1,\"timestamp\":1500},{\"value\":2}]}");
        assertThat(rest.body()).contains("timestamp is 1500");
        assertThat(door.post("/topics/near", null, "x").statusCode()).isEqualTo(200);
        door.storage.createTopic("stamped", 1, Map.of("message.timestamp.type", "LogAppendTime"));
        assertThat(door.post("/topics/stamped?timestamp=1500", null, "x").statusCode())
                .isEqualTo(200);
    }

    @Test
    void aTopicKeepsWhatCameByHttpWithItsCodec() {
        door.storage.createTopic("packed", 1, Map.of("compression.type", "zstd"));
        assertThat(door.post("/topics/packed", NDJSON, "a\nb\nc").statusCode()).isEqualTo(200);
        assertThat(json(door.get("/topics/packed/records?partition=0&offset=earliest"))
                        .path("records"))
                .extracting(record -> record.path("value").asText())
                .containsExactly("a", "b", "c");
    }

    @Test
    void aCompactedTopicDemandsKeys() {
        door.storage.createTopic("c", 1, Map.of("cleanup.policy", "compact"));
        HttpResponse<String> response = door.post("/topics/c", null, "x");
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(json(response).path("code").asText()).isEqualTo("INVALID_RECORD");
        assertThat(door.post("/topics/c", NDJSON, "x").statusCode()).isEqualTo(400);
        assertThat(door.post("/topics/c?key=k", null, "x").statusCode()).isEqualTo(200);
    }

    @Test
    void namesThatAreNoneAreRefused() {
        for (String name : List.of(
                "..", "%2e%2e", "a%2Fb", "%00", "a%20b", "x".repeat(250), "__consumer_offsets", "..%2f..%2fetc")) {
            HttpResponse<String> response = door.post("/topics/" + name, null, "x");
            assertThat(response.statusCode()).as(name).isIn(400, 404, 405);
        }
        assertThat(door.storage.metadata().image().topics()).isEmpty();
        assertThat(door.post("/topics/%61", null, "x").statusCode()).isEqualTo(200);
        assertThat(door.storage.metadata().image().topics()).containsOnlyKeys("a");
    }

    /** The log takes another request with the same key for a producer that is out of order. */
    @Test
    void aKeyThatIsUsedForAnotherRequestIsRefusedInWordsOfItsOwn() {
        door.storage.createTopic("t", 1, Map.of());
        for (ErrorCode refusal : List.of(ErrorCode.OUT_OF_ORDER_SEQUENCE, ErrorCode.INVALID_PRODUCER_EPOCH)) {
            door.storage.refuseWith(new ApiException(refusal, "Refused by the log."));
            for (String contentType : List.of("text/plain", NDJSON)) {
                assertThat(refusal(contentType, "Idempotency-Key", "a"))
                        .as(refusal + " " + contentType)
                        .isEqualTo("IDEMPOTENCY_KEY_REUSED");
            }
            assertThat(refusal(NDJSON, "Producer-Id", "1", "Producer-Epoch", "0", "Producer-Seq", "0"))
                    .isEqualTo(refusal.name());
        }
        door.storage.refuseWith(new ApiException(ErrorCode.DISK_FULL, "Full."));
        assertThat(refusal("text/plain", "Idempotency-Key", "a")).isEqualTo("DISK_FULL");
    }

    private String refusal(String contentType, String... headers) {
        HttpRequest.Builder request = door.request("/topics/t")
                .header("Content-Type", contentType)
                .headers(headers)
                .POST(BodyPublishers.ofString("x"));
        return json(door.send(request)).path("code").asText();
    }
}
