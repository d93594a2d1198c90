package io.letterbox.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.letterbox.it.kafka.PollingMember;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Event streams and Kafka consumers are members of one group. */
class GroupSseIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PARTITIONS = 6;

    @TempDir
    private Path directory;

    /** How often each record was delivered, by {@code partition/offset}, to any member. */
    private final Map<String, AtomicInteger> deliveries = new ConcurrentHashMap<>();

    private final HttpClient http = HttpClient.newHttpClient();
    private ServerProcess server;
    private TestClient client;

    /** A stream that is a member, and the partitions that it was told. */
    private final class Streaming implements AutoCloseable {
        private final SseReader reader;
        private volatile Set<Integer> assigned = Set.of();
        private volatile String memberId;

        Streaming(String query) {
            reader = new SseReader(server.base().resolve("/topics/t/events?group=g&from=earliest" + query), this::take);
        }

        private void take(SseReader.Event event) {
            if (event.type().equals("assigned")) {
                Set<Integer> partitions = new HashSet<>();
                JsonNode told = parse(event.data());
                told.get("partitions")
                        .forEach(each -> partitions.add(each.get("partition").asInt()));
                memberId = told.get("memberId").asText();
                assigned = partitions;
            } else if (event.type().equals("message")) {
                delivered(event.id().substring(event.id().indexOf('/') + 1));
            }
        }

        void leave() {
            reader.close();
        }

        @Override
        public void close() {
            leave();
            assertThat(reader.failure()).isNull();
        }
    }

    private void delivered(String record) {
        deliveries.computeIfAbsent(record, r -> new AtomicInteger()).incrementAndGet();
    }

    private PollingMember consumer(String protocol) {
        return PollingMember.join(server.bootstrap(), protocol, "g", "t", (member, partition, offset, value) -> {
            delivered(partition.partition() + "/" + offset);
        });
    }

    private void start() {
        server = ServerProcess.in(directory).start();
        client = new TestClient(server.base());
        client.create("t", PARTITIONS, Map.of());
    }

    private int published;

    private void publish(int count) throws IOException {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < count; i++) lines.add("{\"n\":" + published++ + ",\"k\":\"k" + i + "\"}");
        client.publishLines("t", lines, "/k");
    }

    private JsonNode group() throws IOException {
        return parse(
                send(HttpRequest.newBuilder(server.base().resolve("/groups/g"))).body());
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException {
        try {
            return http.send(request.timeout(LIMIT).build(), BodyHandlers.ofString());
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static JsonNode parse(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new AssertionError(text, e);
        }
    }

    /** Everything below a committed offset has been delivered. */
    private void checkCommits() throws IOException {
        Set<String> committed = new HashSet<>();
        for (JsonNode offset : group().get("offsets")) {
            int partition = offset.get("partition").asInt();
            for (long each = 0; each < offset.get("offset").asLong(); each++) committed.add(partition + "/" + each);
        }
        // What the server's socket has accepted is still in flight.
        await().atMost(LIMIT).until(() -> deliveries.keySet().containsAll(committed));
    }

    private void awaitCommitted(int records) {
        await().atMost(LIMIT).untilAsserted(() -> {
            long sum = 0;
            for (JsonNode offset : group().get("offsets"))
                sum += offset.get("offset").asLong();
            assertThat(sum).isEqualTo(records);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void streamsAndAConsumerShareTheRecords(String protocol) throws Exception {
        start();
        try (Streaming a = new Streaming("");
                Streaming b = new Streaming("")) {
            PollingMember consumer = consumer(protocol);
            await().atMost(LIMIT)
                    .until(() -> a.assigned.size() == 2
                            && b.assigned.size() == 2
                            && consumer.assigned().size() == 2);
            assertThat(group().get("members")).hasSize(3);
            publish(1000);
            await().atMost(LIMIT).until(() -> deliveries.size() == 1000);
            awaitCommitted(1000);
            assertThat(deliveries.values()).as("each once").allMatch(count -> count.get() == 1);

            // One leaves at once, the others continue at its committed offsets.
            b.leave();
            await().atMost(LIMIT)
                    .until(() -> a.assigned.size() == 3 && consumer.assigned().size() == 3);
            publish(1000);
            await().atMost(LIMIT).until(() -> deliveries.size() == 2000);
            awaitCommitted(2000);
            checkCommits();
            assertThat(deliveries.values())
                    .as("each once, as the stream that went had committed")
                    .allMatch(count -> count.get() == 1);

            consumer.leave();
            await().atMost(LIMIT).until(() -> a.assigned.size() == PARTITIONS);
            publish(100);
            await().atMost(LIMIT).until(() -> deliveries.size() == 2100);
            assertThat(consumer.failure()).isNull();
        } finally {
            server.close();
        }
    }

    @Test
    void aStreamJoinsConsumersThatWereThereBefore() throws Exception {
        start();
        PollingMember consumer = consumer("classic");
        await().atMost(LIMIT).until(() -> consumer.assigned().size() == PARTITIONS);
        publish(200);
        try (Streaming a = new Streaming("")) {
            await().atMost(LIMIT)
                    .until(() -> a.assigned.size() == 3 && consumer.assigned().size() == 3);
            publish(200);
            await().atMost(LIMIT).until(() -> deliveries.size() == 400);
            awaitCommitted(400);
            assertThat(a.reader.failure()).isNull();
        }
        await().atMost(LIMIT).until(() -> consumer.assigned().size() == PARTITIONS);
        consumer.leave();
        assertThat(consumer.failure()).isNull();
        server.close();
    }

    @Test
    void nothingIsLeftOutWhenTheServerIsKilled() throws Exception {
        start();
        try (Streaming a = new Streaming("");
                Streaming b = new Streaming("")) {
            PollingMember consumer = consumer("consumer");
            await().atMost(LIMIT)
                    .until(() -> a.assigned.size() == 2
                            && b.assigned.size() == 2
                            && consumer.assigned().size() == 2);
            for (int round = 0; round < 3; round++) {
                publish(500);
                int before = published;
                // Once in the middle of it, once behind it.
                if (round == 1) await().atMost(LIMIT).until(() -> deliveries.size() == before);
                server.kill();
                server.restart();
                checkCommits();
                publish(500);
                int all = published;
                await().atMost(LIMIT).until(() -> deliveries.size() == all);
                checkCommits();
            }
            awaitCommitted(published);
            consumer.leave();
            assertThat(consumer.failure()).isNull();
        } finally {
            server.close();
        }
    }

    @Test
    void withManualAcknowledgementOnlyTheClientCommits() throws Exception {
        start();
        try (Streaming a = new Streaming("&ack=manual")) {
            await().atMost(LIMIT).until(() -> a.assigned.size() == PARTITIONS);
            publish(600);
            await().atMost(LIMIT).until(() -> deliveries.size() == 600);
            assertThat(group().get("offsets"))
                    .allMatch(offset -> offset.get("offset").isNull());
            URI offsets = server.base().resolve("/groups/g/offsets");
            String body = "{\"memberId\":\"" + a.memberId
                    + "\",\"offsets\":[{\"topic\":\"t\",\"partition\":0,\"offset\":10}]}";
            assertThat(send(HttpRequest.newBuilder(offsets).PUT(BodyPublishers.ofString(body)))
                            .statusCode())
                    .isEqualTo(200);
            assertThat(send(HttpRequest.newBuilder(offsets)
                                    .PUT(BodyPublishers.ofString(body.replace(a.memberId, "sse-nobody"))))
                            .statusCode())
                    .isEqualTo(409);
        }
        await().atMost(LIMIT).until(() -> group().get("members").isEmpty());
        deliveries.clear();
        try (Streaming b = new Streaming("")) {
            await().atMost(LIMIT).until(() -> deliveries.size() == 590);
            assertThat(deliveries).doesNotContainKey("0/9").containsKey("0/10");
            assertThat(b.reader.failure()).isNull();
        }
        server.close();
    }
}
