package io.letterbox.sse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.letterbox.http.Json;
import io.letterbox.metadata.Command;
import io.letterbox.record.TopicPartition;
import io.letterbox.telemetry.Connections;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The beginning, the format and the content of streams, over real sockets. */
class StreamTest {
    private final TestStreams server = new TestStreams();

    @BeforeEach
    void topics() {
        server.createTopic("one", 1);
        server.createTopic("three", 3);
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void theHeadersKeepProxiesAndBrowsersFromWaiting() throws Exception {
        try (TestStream stream = server.open("/topics/one/events", "Origin: https://app.example")) {
            assertThat(stream.status).isEqualTo(200);
            assertThat(stream.headers)
                    .containsEntry("content-type", "text/event-stream")
                    .containsEntry("cache-control", "no-cache, no-store, no-transform")
                    .containsEntry("x-accel-buffering", "no")
                    .containsEntry("x-content-type-options", "nosniff")
                    .containsEntry("access-control-allow-origin", "https://app.example")
                    .doesNotContainKeys("content-length", "content-encoding");
            // At once, with nothing published.
            stream.nextCursor();
            assertThat(stream.parser.comments()).isEqualTo(1);
            assertThat(Integer.parseInt(stream.parser.retry())).isBetween(2000, 5000);
        }
    }

    /** The loopback network is a configured proxy here. */
    @Test
    void itIsShownForWhomAProxyAsks() throws Exception {
        try (TestStream stream = server.open("/topics/one/events", "X-Forwarded-For: 1.1.1.1, 203.0.113.7")) {
            stream.nextCursor();
            Connections.OpenConnection entry =
                    server.meters.connections().list(2).get(0);
            assertThat(entry.host()).isEqualTo("203.0.113.7");
            assertThat(entry.proxy()).isEqualTo("127.0.0.1");
        }
    }

    /** A client that comes from another node may have read more than this one has. */
    @Test
    void aReplicaThatIsBehindIsWaitedFor() throws Exception {
        server.storage.follow();
        server.publish("one", 0, "v0");
        try (TestStream stream = server.open("/topics/one/events?from=2")) {
            server.publish("one", 0, "v1");
            server.publish("one", 0, "v2");
            assertThat(stream.next().data()).as("no gap, and nothing twice").isEqualTo("v2");
        }
    }

    @Test
    void headHasTheHeadersAndNoBody() throws Exception {
        HttpResponse<String> head =
                server.send(server.request("/topics/one/events").method("HEAD", BodyPublishers.noBody()));
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.headers().firstValue("content-type")).contains("text/event-stream");
        assertThat(head.body()).isEmpty();
        assertThat(server.slots.taken()).isZero();
    }

    @Test
    void latestSeesWhatComesAndEarliestSeesEverything() throws Exception {
        server.publish("one", 0, "before");
        try (TestStream latest = server.open("/topics/one/events");
                TestStream earliest = server.open("/topics/one/events?from=earliest")) {
            latest.nextCursor();
            server.publish("one", 0, "after");
            assertThat(latest.nextData()).isEqualTo("after");
            assertThat(earliest.nextData()).isEqualTo("before");
            assertThat(earliest.nextData()).isEqualTo("after");
        }
    }

    @Test
    void anOffsetOrATimeToStartFrom() throws Exception {
        TopicPartition partition = new TopicPartition("one", 0);
        for (int i = 0; i < 5; i++) {
            server.storage.publish(partition, 1_767_225_600_000L + i * 1000, null, ("v" + i).getBytes());
        }
        try (TestStream offset = server.open("/topics/one/events?from=3");
                TestStream time = server.open("/topics/one/events?from=2026-01-01T00:00:02Z");
                TestStream end = server.open("/topics/one/events?from=5")) {
            assertThat(offset.nextData()).isEqualTo("v3");
            assertThat(time.nextData()).isEqualTo("v2");
            server.publish("one", 0, "v5");
            assertThat(end.nextData()).isEqualTo("v5");
        }
    }

    @Test
    void aCursorResumesBehindItsRecordAndTheHeaderWins() throws Exception {
        for (int i = 0; i < 4; i++) server.publish("one", 0, "v" + i);
        List<String> ids = new ArrayList<>();
        try (TestStream stream = server.open("/topics/one/events?from=earliest")) {
            for (int i = 0; i < 4; i++) ids.add(stream.next().lastEventId());
        }
        String query = "/topics/one/events?from=latest&last_event_id=" + ids.get(0);
        try (TestStream byQuery = server.open(query);
                TestStream byHeader = server.open(query, "Last-Event-ID: " + ids.get(2));
                TestStream camel = server.open("/topics/one/events?lastEventId=" + ids.get(1))) {
            assertThat(byQuery.nextData()).isEqualTo("v1");
            assertThat(byHeader.nextData()).isEqualTo("v3");
            assertThat(camel.nextData()).isEqualTo("v2");
        }
    }

    @Test
    void whoIsCutOffBeforeTheFirstRecordMissesNothing() throws Exception {
        String cursor;
        try (TestStream stream = server.open("/topics/one/events")) {
            cursor = stream.nextCursor();
        }
        server.publish("one", 0, "meanwhile");
        try (TestStream stream = server.open("/topics/one/events", "Last-Event-ID: " + cursor)) {
            assertThat(stream.nextData()).isEqualTo("meanwhile");
        }
    }

    @Test
    void severalTopicsOnOneConnectionWithOneCursor() throws Exception {
        server.publish("one", 0, "a");
        server.publish("three", 2, "b");
        String cursor = null;
        List<String> seen = new ArrayList<>();
        try (TestStream stream = server.open("/events?topic=three&topic=one&from=earliest")) {
            for (int i = 0; i < 2; i++) {
                EventStreamParser.Event event = stream.next();
                seen.add(event.data());
                cursor = event.lastEventId();
            }
        }
        assertThat(seen).containsExactlyInAnyOrder("a", "b");
        server.publish("three", 1, "c");
        // The order of the names does not matter.
        try (TestStream stream = server.open("/events?topic=one&topic=three", "Last-Event-ID: " + cursor)) {
            assertThat(stream.nextData()).isEqualTo("c");
        }
    }

    @Test
    void onePartitionOnly() throws Exception {
        try (TestStream stream = server.open("/topics/three/events?partition=1&from=earliest")) {
            server.publish("three", 0, "no");
            server.publish("three", 1, "yes");
            EventStreamParser.Event event = stream.next();
            assertThat(event.data()).isEqualTo("yes");
            assertThat(Cursor.parse(event.lastEventId()).get(0).nextOffset(1)).isEqualTo(1);
            assertThat(Cursor.parse(event.lastEventId()).get(0).nextOffset(0)).isEqualTo(-1);
        }
    }

    @Test
    void envelopes() throws Exception {
        server.publish("three", 2, "k", new byte[] {(byte) 0xff, 0});
        try (TestStream stream = server.open("/topics/three/events?format=envelope&from=earliest")) {
            JsonNode envelope = Json.MAPPER.readTree(stream.nextData());
            assertThat(envelope.get("topic").asText()).isEqualTo("three");
            assertThat(envelope.get("partition").asInt()).isEqualTo(2);
            assertThat(envelope.get("offset").asInt()).isZero();
            assertThat(envelope.get("key").asText()).isEqualTo("k");
            assertThat(envelope.get("value").asText()).isEqualTo("/wA=");
            assertThat(envelope.get("valueEncoding").asText()).isEqualTo("base64");
        }
    }

    @Test
    void whatRetentionTookIsAGap() throws Exception {
        for (int i = 0; i < 6; i++) server.publish("one", 0, "v" + i);
        String cursor;
        try (TestStream stream = server.open("/topics/one/events?from=earliest")) {
            stream.next();
            cursor = stream.next().lastEventId();
        }
        server.storage.deleteRecordsBefore(new TopicPartition("one", 0), 5);
        try (TestStream stream = server.open("/topics/one/events", "Last-Event-ID: " + cursor)) {
            EventStreamParser.Event gap = stream.next();
            assertThat(gap.type()).isEqualTo("gap");
            assertThat(Json.MAPPER.readTree(gap.data()))
                    .isEqualTo(
                            Json.MAPPER.readTree(
                                    """
                    {"topic":"one","partition":0,"requested":2,"resumedFrom":5,"lost":3,"reason":"retention"}"""));
            assertThat(stream.nextData()).isEqualTo("v5");
        }
    }

    @Test
    void aTopicThatWasMadeAgainIsAGap() throws Exception {
        server.publish("one", 0, "old");
        String cursor;
        try (TestStream stream = server.open("/topics/one/events?from=earliest")) {
            cursor = stream.next().lastEventId();
        }
        server.storage.metadata().propose(new Command.DeleteTopic("one")).await();
        server.createTopic("one", 1);
        server.publish("one", 0, "new");
        try (TestStream stream = server.open("/topics/one/events", "Last-Event-ID: " + cursor)) {
            JsonNode gap = Json.MAPPER.readTree(stream.nextData());
            assertThat(gap.get("reason").asText()).isEqualTo("incarnation");
            assertThat(gap.get("requested").asInt()).isEqualTo(1);
            assertThat(gap.get("resumedFrom").asInt()).isZero();
            assertThat(gap.get("lost").isNull()).isTrue();
            assertThat(stream.nextData()).isEqualTo("new");
        }
    }

    @Test
    void aDeletedTopicEndsItsStreamForGood() throws Exception {
        String cursor;
        try (TestStream stream = server.open("/topics/one/events?from=earliest")) {
            server.publish("one", 0, "last");
            cursor = stream.next().lastEventId();
            server.storage.metadata().propose(new Command.DeleteTopic("one")).await();
            assertThat(stream.next().type()).isEqualTo("end");
            stream.awaitEnd();
        }
        assertThat(server.send(server.request("/topics/one/events").header("Last-Event-ID", cursor))
                        .statusCode())
                .isEqualTo(204);
        assertThat(server.get("/topics/one/events").statusCode()).isEqualTo(404);
        await().until(() -> server.slots.taken() == 0);
    }

    @Test
    void partitionsThatAreAddedAreFollowedFromTheirBeginning() throws Exception {
        try (TestStream stream = server.open("/topics/one/events")) {
            String before = stream.nextCursor();
            server.storage
                    .metadata()
                    .propose(new Command.AddPartitions("one", 2))
                    .await();
            server.publish("one", 1, "there");
            EventStreamParser.Event event = stream.next();
            assertThat(event.data()).isEqualTo("there");
            try (TestStream resumed = server.open("/topics/one/events", "Last-Event-ID: " + before)) {
                assertThat(resumed.nextData()).isEqualTo("there");
            }
        }
    }

    @Test
    void readsFromTheLogWhereTheCacheDoesNotReach() throws Exception {
        server.storage.setCached(false);
        for (int i = 0; i < 300; i++) server.publish("three", i % 3, "v" + i);
        try (TestStream stream = server.open("/topics/three/events?from=earliest")) {
            for (int i = 0; i < 300; i++) stream.next();
            server.publish("three", 0, "live");
            assertThat(stream.nextData()).isEqualTo("live");
        }
    }

    @Test
    void theModuleForBrowsersIsJavaScriptAndRevalidated() throws Exception {
        HttpResponse<String> module = server.get("/client.js");
        assertThat(module.statusCode()).isEqualTo(200);
        assertThat(module.headers().firstValue("content-type")).contains("text/javascript; charset=utf-8");
        assertThat(module.body()).contains("export function subscribe").hasSizeLessThan(20_480);
        String etag = module.headers().firstValue("etag").orElseThrow();
        assertThat(server.send(server.request("/client.js").header("If-None-Match", etag))
                        .statusCode())
                .isEqualTo(304);
    }
}
