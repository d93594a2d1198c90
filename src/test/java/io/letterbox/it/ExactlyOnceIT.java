package io.letterbox.it;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * Publishes that are repeated, with kills in between, with a real process; and records that reads over HTTP leave out.
 */
class ExactlyOnceIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path directory;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private ServerProcess server;

    @BeforeAll
    static void quieten() {
        ((Logger) LoggerFactory.getLogger("org.apache.kafka")).setLevel(Level.ERROR);
    }

    @BeforeEach
    void start() {
        server = ServerProcess.in(directory.resolve("server")).start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private HttpRequest.Builder request(String path) {
        URI uri = server.base().resolve(path);
        return HttpRequest.newBuilder(uri);
    }

    private HttpResponse<String> send(HttpRequest request) throws Exception {
        return http.send(request, BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String path, String body, String... headers) throws Exception {
        HttpRequest.Builder request = request(path).POST(BodyPublishers.ofString(body));
        for (int i = 0; i < headers.length; i += 2) request.header(headers[i], headers[i + 1]);
        return send(request.build());
    }

    private static JsonNode json(HttpResponse<String> response) throws IOException {
        return JSON.readTree(response.body());
    }

    private List<String> values(String topic) throws Exception {
        JsonNode partitions = json(send(request("/topics/" + topic).build())).get("partitions");
        List<String> values = new ArrayList<>();
        for (int p = 0; p < partitions.size(); p++) {
            long end = partitions.get(p).get("lastStableOffset").asLong();
            for (long next = 0; next < end; ) {
                JsonNode page = json(send(request("/topics/" + topic + "/records?partition=" + p + "&offset=" + next)
                        .build()));
                page.get("records")
                        .forEach(record -> values.add(record.get("value").asText()));
                assertThat(page.get("nextOffset").asLong()).as("" + page).isGreaterThan(next);
                next = page.get("nextOffset").asLong();
            }
        }
        return values;
    }

    private void create(String topic, int partitions) {
        new TestClient(server.base()).create(topic, partitions, Map.of());
    }

    @Test
    void anIdempotencyKeyIsWrittenOnceWhateverHappensInBetween() throws Exception {
        create("letters", 5);
        HttpResponse<String> first = post("/topics/letters", "hello", "Idempotency-Key", "\"a-1\"");
        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(first.headers().firstValue("Idempotent-Replayed")).isEmpty();
        for (int round = 0; round < 6; round++) {
            if (round == 1 || round == 3) {
                server.kill();
                server = server.restart();
            }
            if (round == 4) assertThat(server.stop()).isZero();
            if (round == 4) server = server.restart();
            HttpResponse<String> again = post("/topics/letters", "hello", "Idempotency-Key", "\"a-1\"");
            assertThat(again.statusCode()).as(again.body()).isEqualTo(200);
            assertThat(json(again)).isEqualTo(json(first));
            assertThat(again.headers().firstValue("Idempotent-Replayed")).hasValue("true");
        }
        // The same key without quotes is the same key; in another topic it is another key.
        assertThat(json(post("/topics/letters", "hello", "Idempotency-Key", "a-1")))
                .isEqualTo(json(first));
        create("others", 1);
        assertThat(post("/topics/others", "hello", "Idempotency-Key", "a-1").statusCode())
                .isEqualTo(200);
        assertThat(values("letters")).containsExactly("hello");
        assertThat(values("others")).containsExactly("hello");
    }

    /** A tombstone can be repeated, too, and is no repetition of a publish without a body. */
    @Test
    void aTombstoneIsWrittenOnce() throws Exception {
        create("letters", 5);
        HttpResponse<String> value = post("/topics/letters?key=k", "", "Idempotency-Key", "a");
        HttpRequest tombstone = request("/topics/letters/records?key=k")
                .header("Idempotency-Key", "b")
                .DELETE()
                .build();
        HttpResponse<String> first = send(tombstone);
        assertThat(json(first).get("partition")).isEqualTo(json(value).get("partition"));
        assertThat(json(first).get("offset").asLong()).isEqualTo(1);
        server.kill();
        server = server.restart();
        HttpResponse<String> again = send(tombstone);
        assertThat(json(again)).isEqualTo(json(first));
        assertThat(again.headers().firstValue("Idempotent-Replayed")).hasValue("true");
        HttpResponse<String> other = send(request("/topics/letters/records?key=k")
                .header("Idempotency-Key", "a")
                .DELETE()
                .build());
        assertThat(other.statusCode()).as(other.body()).isEqualTo(422);
        assertThat(values("letters")).containsExactly("", "null");
    }

    @Test
    void aKeyIsForOneRequestOnly() throws Exception {
        create("letters", 3);
        post("/topics/letters", "hello", "Idempotency-Key", "k");
        for (HttpResponse<String> other : List.of(
                post("/topics/letters", "hallo", "Idempotency-Key", "k"),
                post("/topics/letters", "hello", "Idempotency-Key", "k", "Letterbox-Header-x", "1"),
                post("/topics/letters", "hello", "Idempotency-Key", "k", "Content-Type", "text/plain"),
                post("/topics/letters?timestamp=" + System.currentTimeMillis(), "hello", "Idempotency-Key", "k"))) {
            assertThat(other.statusCode()).as(other.body()).isEqualTo(422);
            assertThat(json(other).get("code").asText()).isEqualTo("IDEMPOTENCY_KEY_REUSED");
        }
        assertThat(post("/topics/letters", "x", "Idempotency-Key", "").statusCode())
                .isEqualTo(400);
        assertThat(post("/topics/letters", "x", "Idempotency-Key", "k", "Producer-Id", "1")
                        .statusCode())
                .isEqualTo(400);
        assertThat(values("letters")).containsExactly("hello");
    }

    @Test
    void manyRecordsOfOneRequestAreWrittenOnce() throws Exception {
        create("letters", 4);
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 50; i++) lines.append("{\"k\":\"").append(i).append("\"}\n");
        String[] headers = {"Idempotency-Key", "lines", "Content-Type", "application/x-ndjson"};
        HttpResponse<String> first = post("/topics/letters?keyField=/k", lines.toString(), headers);
        assertThat(first.statusCode()).as(first.body()).isEqualTo(200);
        server.kill();
        server = server.restart();
        HttpResponse<String> again = post("/topics/letters?keyField=/k", lines.toString(), headers);
        assertThat(json(again)).isEqualTo(json(first));
        assertThat(again.headers().firstValue("Idempotent-Replayed")).hasValue("true");
        String rest = "{\"records\":[{\"value\":1},{\"key\":\"a\",\"value\":2},{\"partition\":3,\"value\":3}]}";
        String[] form = {"Idempotency-Key", "rest", "Content-Type", "application/vnd.kafka.json.v2+json"};
        JsonNode offsets = json(post("/topics/letters", rest, form));
        assertThat(json(post("/topics/letters", rest, form))).isEqualTo(offsets);
        assertThat(values("letters")).hasSize(53).doesNotHaveDuplicates();
    }

    @Test
    void manyAtOnceAreOne() throws Exception {
        create("letters", 2);
        List<CompletableFuture<HttpResponse<String>>> sent = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            String body = "v" + i % 10;
            sent.add(http.sendAsync(
                    request("/topics/letters")
                            .header("Idempotency-Key", "at-once-" + i % 10)
                            .POST(BodyPublishers.ofString(body))
                            .build(),
                    BodyHandlers.ofString()));
        }
        for (CompletableFuture<HttpResponse<String>> one : sent)
            assertThat(one.get().statusCode()).isEqualTo(200);
        assertThat(values("letters"))
                .containsExactlyInAnyOrder("v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9");
    }

    private void grow(int partitions) throws Exception {
        HttpRequest grow = request("/topics/letters")
                .method("PATCH", BodyPublishers.ofString("{\"partitions\":" + partitions + "}"))
                .header("Content-Type", "application/json")
                .build();
        assertThat(send(grow).statusCode()).isEqualTo(200);
    }

    @Test
    void aRepetitionIsFoundThoughTheTopicHasMorePartitionsNow() throws Exception {
        create("letters", 1);
        String json = "application/vnd.kafka.json.v2+json";
        String rest = "{\"records\":[{\"value\":1},{\"key\":\"a\",\"value\":2},{\"partition\":0,\"value\":3}]}";
        List<String[]> requests = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            requests.add(new String[] {"/topics/letters", "keyless " + i, "Idempotency-Key", "a" + i});
            requests.add(new String[] {"/topics/letters?key=k" + i, "keyed " + i, "Idempotency-Key", "b" + i});
        }
        requests.add(new String[] {
            "/topics/letters", "1\n2\n", "Idempotency-Key", "l", "Content-Type", "application/x-ndjson"
        });
        requests.add(new String[] {"/topics/letters", rest, "Idempotency-Key", "r", "Content-Type", json});
        List<JsonNode> first = new ArrayList<>();
        for (String[] request : requests) first.add(answer(request));
        grow(3);
        String lines = "{\"k\":1}\n{\"k\":2}\n{\"k\":3}\n{\"k\":4}\n{\"k\":5}\n";
        requests.add(new String[] {
            "/topics/letters?keyField=/k", lines, "Idempotency-Key", "m", "Content-Type", "application/x-ndjson"
        });
        first.add(answer(requests.get(requests.size() - 1)));
        grow(7);
        assertThat(server.stop()).isZero();
        server = server.restart();
        List<String> written = values("letters");
        for (int i = 0; i < requests.size(); i++)
            assertThat(answer(requests.get(i))).isEqualTo(first.get(i));
        assertThat(values("letters")).isEqualTo(written);
        HttpResponse<String> other = post("/topics/letters", "another", "Idempotency-Key", "a3");
        assertThat(json(other).get("code").asText()).isEqualTo("IDEMPOTENCY_KEY_REUSED");
        Set<Integer> used = new HashSet<>();
        for (int i = 0; i < 40; i++) {
            used.add(answer("/topics/letters", "new", "Idempotency-Key", "new" + i)
                    .get("partition")
                    .asInt());
        }
        assertThat(used).as("new requests use the new partitions").hasSize(7);
    }

    private JsonNode answer(String... request) throws Exception {
        String[] headers = Arrays.copyOfRange(request, 2, request.length);
        HttpResponse<String> response = post(request[0], request[1], headers);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return json(response);
    }

    @Test
    void aProducerThatNamesNoPartitionStaysWhereItIsWhenTheTopicGetsMore() throws Exception {
        create("letters", 1);
        for (int producer = 0; producer < 6; producer++) {
            String id = json(post("/producers", "")).get("producerId").asText();
            JsonNode zero = unplaced(id, 0);
            unplaced(id, 1);
            grow(2 + producer * 2);
            assertThat(unplaced(id, 0)).isEqualTo(zero);
            assertThat(unplaced(id, 2).get("partition")).isEqualTo(zero.get("partition"));
        }
        assertThat(values("letters")).hasSize(18).doesNotHaveDuplicates();
    }

    private JsonNode unplaced(String id, int sequence) throws Exception {
        String value = id + " " + sequence;
        return answer(
                "/topics/letters", value, "Producer-Id", id, "Producer-Epoch", "0", "Producer-Seq", "" + sequence);
    }

    private HttpResponse<String> numbered(long id, int epoch, int sequence, String body) throws Exception {
        return post(
                "/topics/letters?partition=1",
                body,
                "Producer-Id",
                "" + id,
                "Producer-Epoch",
                "" + epoch,
                "Producer-Seq",
                "" + sequence);
    }

    @Test
    void aProducerThatNumbersItsRecordsLosesNoneAndWritesNoneTwice() throws Exception {
        create("letters", 2);
        HttpResponse<String> created = post("/producers", "");
        assertThat(created.statusCode()).isEqualTo(201);
        long id = json(created).get("producerId").asLong();
        assertThat(json(created).get("producerEpoch").asInt()).isZero();
        List<JsonNode> answers = new ArrayList<>();
        for (int i = 0; i < 8; i++) answers.add(json(numbered(id, 0, i, "v" + i)));
        server.kill();
        server = server.restart();
        for (int i = 3; i < 8; i++)
            assertThat(json(numbered(id, 0, i, "v" + i))).isEqualTo(answers.get(i));
        HttpResponse<String> gap = numbered(id, 0, 9, "v9");
        assertThat(gap.statusCode()).isEqualTo(409);
        assertThat(gap.headers().firstValue("Producer-Expected-Seq")).hasValue("8");
        assertThat(json(gap).get("expectedSequence").asInt()).isEqualTo(8);
        assertThat(numbered(id, 1, 0, "w0").statusCode()).isEqualTo(200);
        HttpResponse<String> zombie = numbered(id, 0, 8, "v8");
        assertThat(zombie.statusCode()).isEqualTo(403);
        assertThat(json(zombie).get("code").asText()).isEqualTo("INVALID_PRODUCER_EPOCH");
        assertThat(values("letters")).containsExactly("v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "w0");
        assertThat(json(post("/producers", "")).get("producerId").asLong()).isNotEqualTo(id);
    }

    @Test
    void readersOverHttpSeeCommittedRecordsAndDoNotStopAtMarkers() throws Exception {
        create("letters", 1);
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", server.bootstrap(), "transactional.id", "t-1"),
                new StringSerializer(),
                new StringSerializer())) {
            producer.initTransactions();
            for (int round = 0; round < 6; round++) {
                producer.beginTransaction();
                for (int i = 0; i < 3; i++) producer.send(new ProducerRecord<>("letters", round + "." + i));
                producer.flush();
                if (round % 2 == 0) producer.commitTransaction();
                else producer.abortTransaction();
            }
            List<String> committed = List.of("0.0", "0.1", "0.2", "2.0", "2.1", "2.2", "4.0", "4.1", "4.2");
            assertThat(values("letters")).isEqualTo(committed);
            try (RawSubscriber subscriber = new RawSubscriber(server.port(), "/topics/letters/events?from=earliest")) {
                for (String value : committed) assertThat(subscriber.nextData()).isEqualTo(value);
                // An open transaction holds readers back; what was published behind it arrives after its end.
                producer.beginTransaction();
                producer.send(new ProducerRecord<>("letters", "open"));
                producer.flush();
                post("/topics/letters", "behind");
                assertThat(values("letters")).isEqualTo(committed);
                JsonNode page = json(send(request("/topics/letters/records?partition=0&offset=latest")
                        .build()));
                assertThat(page.get("nextOffset")).isEqualTo(page.get("lastStableOffset"));
                assertThat(page.get("highWatermark").asLong())
                        .isGreaterThan(page.get("lastStableOffset").asLong());
                producer.abortTransaction();
                assertThat(subscriber.nextData()).isEqualTo("behind");
            }
            // A long poll that begins at a marker gets the next record.
            long end = json(send(request("/topics/letters").build()))
                    .at("/partitions/0/lastStableOffset")
                    .asLong();
            CompletableFuture<HttpResponse<String>> poll = http.sendAsync(
                    request("/topics/letters/records?partition=0&offset=" + (end - 1) + "&wait=20000")
                            .build(),
                    BodyHandlers.ofString());
            post("/topics/letters", "last");
            assertThat(poll.get().body()).contains("\"value\":\"last\"");
            server.kill();
            server = server.restart();
            List<String> all = new ArrayList<>(committed);
            all.addAll(List.of("behind", "last"));
            assertThat(values("letters")).isEqualTo(all);
        }
    }
}
