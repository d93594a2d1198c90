package io.letterbox.sse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.letterbox.config.SseConfig;
import io.letterbox.groups.GroupCommand;
import io.letterbox.http.Json;
import io.letterbox.metadata.Command;
import io.letterbox.record.TopicPartition;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The content of a stream besides records, for readers that make an event of every block, and for those that do not.
 */
class HeartbeatFormTest {
    private static final String NO_BROWSER = "User-Agent: Spring";
    private static final String EVENTS = "/topics/one/events";

    private TestStreams server;

    @BeforeEach
    void start() {
        start(0);
    }

    private void start(int maxAgeSeconds) {
        server = new TestStreams(new SseConfig(1, 10, 20, maxAgeSeconds, 32_768, 65_536, 600, 300), 10);
        server.createTopic("one", 1);
        server.groups
                .coordinator()
                .ask(new GroupCommand.ImageChanged(server.storage.metadata().image()));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void noBlockIsWithoutDataInSilence() throws Exception {
        try (TestStream stream = server.open(EVENTS, NO_BROWSER)) {
            // The comment of the preamble, and heartbeats.
            stream.awaitComments(3);
            server.publish("one", 0, "a");
            EventStreamParser.Event first = stream.next();
            assertThat(first.data()).isEqualTo("a");
            assertThat(Cursor.parse(first.lastEventId()).get(0).nextOffset(0)).isEqualTo(1);
            stream.awaitComments(5);
            server.publish("one", 0, "b");
            assertThat(stream.nextData()).isEqualTo("b");
            assertThat(stream.parser.blocksWithoutData()).isZero();
            assertThat(Integer.parseInt(stream.parser.retry())).isBetween(10, 20);
        }
    }

    /** Reads the result of fetch, as fetch-event-source does, and makes an event of every block. */
    @Test
    void noBlockIsWithoutDataForAScriptInABrowser() throws Exception {
        try (TestStream stream = server.open(EVENTS, "User-Agent: Mozilla/5.0 (X11; Linux x86_64)")) {
            stream.awaitComments(3);
            server.publish("one", 0, "a");
            assertThat(stream.nextData()).isEqualTo("a");
            assertThat(stream.parser.blocksWithoutData()).isZero();
        }
    }

    @Test
    void noBlockIsWithoutDataBehindAFilter() throws Exception {
        try (TestStream stream = server.open(EVENTS + "?key=mine", NO_BROWSER)) {
            stream.awaitComments(1);
            server.publish("one", 0, "other", new byte[] {'a'});
            stream.awaitComments(4);
            server.publish("one", 0, "mine", new byte[] {'b'});
            assertThat(stream.nextData()).isEqualTo("b");
            assertThat(stream.parser.blocksWithoutData()).isZero();
        }
    }

    @Test
    void noBlockIsWithoutDataAroundGapsAndTheEnd() throws Exception {
        for (int i = 0; i < 6; i++) server.publish("one", 0, "v" + i);
        String cursor;
        try (TestStream stream = server.open(EVENTS + "?from=earliest", NO_BROWSER)) {
            cursor = stream.next().lastEventId();
        }
        server.storage.deleteRecordsBefore(new TopicPartition("one", 0), 6);
        try (TestStream stream = server.open(EVENTS, NO_BROWSER, "Last-Event-ID: " + cursor)) {
            EventStreamParser.Event gap = stream.next();
            assertThat(gap.type()).isEqualTo("gap");
            // A client that has been told of a gap is not told again.
            assertThat(Cursor.parse(gap.lastEventId()).get(0).nextOffset(0)).isEqualTo(6);
            stream.awaitComments(3);
            server.storage.metadata().propose(new Command.DeleteTopic("one")).await();
            EventStreamParser.Event end = stream.next();
            assertThat(end.type()).isEqualTo("end");
            assertThat(end.data()).isEqualTo("{\"reason\":\"deleted\",\"topics\":[\"one\"]}");
            stream.awaitEnd();
            assertThat(stream.parser.blocksWithoutData()).isZero();
        }
    }

    @Test
    void theEndNamesTheTopicsThatAreGoneAndNoOthers() throws Exception {
        server.createTopic("two", 1);
        try (TestStream stream = server.open("/events?topic=one&topic=two", NO_BROWSER)) {
            stream.awaitComments(1);
            server.storage.metadata().propose(new Command.DeleteTopic("two")).await();
            assertThat(stream.next().data()).isEqualTo("{\"reason\":\"deleted\",\"topics\":[\"two\"]}");
        }
    }

    @Test
    void noBlockIsWithoutDataWhereAStreamEndsByItselfOrDoesNotBegin() throws Exception {
        server.close();
        start(2);
        try (TestStream stream = server.open(EVENTS, NO_BROWSER)) {
            stream.awaitEnd();
            assertThat(stream.parser.blocksWithoutData()).isZero();
        }
        server.drainStreamsOnly();
        HttpResponse<String> away = server.get(EVENTS);
        assertThat(away.statusCode()).isEqualTo(200);
        assertThat(away.body()).matches("retry: 1[0-9]\n|retry: 20\n");
    }

    @Test
    void noBlockIsWithoutDataForAMemberOfAGroup() throws Exception {
        try (TestStream stream = server.open(EVENTS + "?group=g&from=earliest", NO_BROWSER)) {
            assertThat(stream.next().type()).isEqualTo("assigned");
            server.publish("one", 0, "a");
            assertThat(stream.nextData()).isEqualTo("a");
            // The later writes of confirmations, and heartbeats.
            stream.awaitComments(5);
            server.publish("one", 0, "b");
            assertThat(stream.nextData()).isEqualTo("b");
            assertThat(stream.parser.blocksWithoutData()).isZero();
        }
    }

    /** Without an id, its EventSource would resume at the end of the log and miss what was published in between. */
    @Test
    void aBrowserHasItsCursorBeforeTheFirstRecord() throws Exception {
        try (TestStream stream = server.open(EVENTS)) {
            assertThat(Cursor.parse(stream.nextCursor()).get(0).nextOffset(0)).isZero();
            stream.awaitComments(3);
            assertThat(stream.parser.blocksWithoutData()).isEqualTo(1);
            assertThat(stream.isExhausted()).isTrue();
        }
    }

    @Test
    void whoAsksForHeartbeatsSeesThem() throws Exception {
        for (int i = 0; i < 3; i++) server.publish("one", 0, "v" + i);
        try (TestStream stream = server.open(EVENTS + "?heartbeat=event&from=earliest")) {
            List<String> seen = new ArrayList<>();
            List<Long> positions = new ArrayList<>();
            String first = "{\"seconds\":1,\"live\":false}";
            while (seen.size() < 7) {
                EventStreamParser.Event event = stream.next();
                String told = event.type().equals("heartbeat") ? event.data() : event.type();
                // If reading takes longer than the time between heartbeats, there are several before it.
                if (seen.equals(List.of(first)) && told.equals(first)) continue;
                seen.add(told);
                positions.add(Cursor.parse(event.lastEventId()).get(0).nextOffset(0));
            }
            String live = "{\"seconds\":1,\"live\":true}";
            assertThat(seen).containsExactly(first, "message", "message", "message", live, live, live);
            assertThat(positions).containsExactly(0L, 1L, 2L, 3L, 3L, 3L, 3L);
            assertThat(stream.parser.blocksWithoutData()).isZero();
        }
    }

    @Test
    void aMemberThatAsksForHeartbeatsSeesThem() throws Exception {
        try (TestStream stream = server.open(EVENTS + "?heartbeat=event&group=g")) {
            List<String> types = new ArrayList<>();
            while (types.size() < 4) {
                String type = stream.next().type();
                // If joining takes longer than the time between heartbeats, there is more than one before the
                // assignment.
                if (types.equals(List.of("heartbeat")) && type.equals("heartbeat")) continue;
                types.add(type);
            }
            assertThat(types).containsExactly("heartbeat", "assigned", "heartbeat", "heartbeat");
            assertThat(stream.parser.lastEventId()).isEmpty();
            assertThat(stream.parser.blocksWithoutData()).isZero();
        }
    }

    @Test
    void aFilterThatPassesNothingMovesTheCursorThatAHeartbeatHas() throws Exception {
        try (TestStream stream = server.open(EVENTS + "?heartbeat=event&key=mine")) {
            stream.next();
            server.publish("one", 0, "other", new byte[] {'a'});
            await().until(() -> {
                JsonNode told = Json.MAPPER.readTree(stream.next().data());
                long next = Cursor.parse(stream.parser.lastEventId()).get(0).nextOffset(0);
                return told.get("live").asBoolean() && next == 1;
            });
        }
    }
}
