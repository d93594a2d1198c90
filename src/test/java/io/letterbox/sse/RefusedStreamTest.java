package io.letterbox.sse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.letterbox.access.Principal;
import io.letterbox.groups.GroupCommand;
import io.letterbox.http.Json;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The requests that are refused with a problem before a stream begins. */
class RefusedStreamTest {
    private static TestStreams server;

    @BeforeAll
    static void open() {
        server = new TestStreams(TestStreams.CALM, 2);
        server.createTopic("one", 1);
        server.createTopic("three", 3);
    }

    @AfterAll
    static void close() {
        server.close();
    }

    /** A test begins with all slots free, although streams end a little later than their clients. */
    @AfterEach
    void noStreamIsLeft() {
        await().until(() -> server.slots.taken() == 0);
    }

    /** The browser would not let the page read the stream, but the group would have lost the records. */
    @ParameterizedTest
    @CsvSource({
        "/topics/one/events?group=g, Origin: https://evil.example",
        "/events?topic=one&group=g, Origin: null",
        "/topics/one/events?%67roup=g, Sec-Fetch-Site: cross-site",
        "/topics/one/events?group=g, Sec-Fetch-Site: same-site",
        "/topics/one/events?from=earliest&group=g, Referer: http://evil.example/page",
    })
    void letsNoForeignPageJoinAGroup(String path, String header) throws Exception {
        try (TestStream refused = server.open(path, header)) {
            assertThat(refused.status).isEqualTo(403);
        }
        assertThat(server.groups
                        .ask(new GroupCommand.ViewGroup("g"), Principal.ANONYMOUS)
                        .await())
                .isNull();
    }

    @Test
    void letsPagesReadThatMayNotJoin() throws Exception {
        try (TestStream reads = server.open("/topics/one/events", "Origin: https://evil.example")) {
            assertThat(reads.status).isEqualTo(200);
            assertThat(reads.headers).doesNotContainKey("access-control-allow-origin");
        }
    }

    /** Paths that the router takes for streams, too. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/topics/one/event%73",
                "/topics/one/./events",
                "/%65vents?topic=one",
                "/topics/two/../one/events"
            })
    void answersPathsThatAreWrittenInOtherWays(String path) throws Exception {
        assertThat(server.get(path).statusCode()).isEqualTo(404);
        try (TestStream raw = new TestStream(server.sockets.port(), "HTTP/1.1", 0, path)) {
            assertThat(raw.status).isEqualTo(404);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/topics/none/events, 404, UNKNOWN_TOPIC",
        "/events?topic=one&topic=none, 404, UNKNOWN_TOPIC",
        "/topics/one/events?partition=1, 404, UNKNOWN_PARTITION",
        "/topics/a%2Fb/events, 400, INVALID_TOPIC",
        "/topics/%ff/events, 400, INVALID_REQUEST",
        "/events, 400, INVALID_REQUEST",
        "/topics/one/events?partition=-1, 400, INVALID_REQUEST",
        "/topics/one/events?format=xml, 400, INVALID_REQUEST",
        "/topics/one/events?heartbeat=loud, 400, INVALID_REQUEST",
        "/topics/one/events?form=earliest, 400, INVALID_REQUEST",
        "/topics/one/events?topic=three, 400, INVALID_REQUEST",
        "/topics/one/events?from=yesterday, 400, INVALID_REQUEST",
        "/topics/one/events?from=, 400, INVALID_REQUEST",
        "/topics/one/events?from=-1, 400, INVALID_REQUEST",
        "/topics/one/events?from=99999999999999999999, 400, INVALID_REQUEST",
        "/topics/one/events?from=2026-13-01T00:00:00Z, 400, INVALID_REQUEST",
        "/topics/three/events?from=0, 400, INVALID_REQUEST",
        "/topics/one/events?from=1, 416, OFFSET_OUT_OF_RANGE",
        "/topics/one/events?last_event_id=nonsense, 400, INVALID_CURSOR",
        "/topics/one/events?last_event_id=AQ, 400, INVALID_CURSOR",
    })
    void refuses(String path, int status, String code) throws Exception {
        HttpResponse<String> answer = server.get(path);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("content-type")).contains("application/problem+json");
        assertThat(Json.MAPPER.readTree(answer.body()).get("code").asText()).isEqualTo(code);
        assertThat(server.slots.taken()).isZero();
    }

    /** Polyfills of EventSource add parameters of their own, and do not report a refusal. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "lastEventId=",
                "lastEventID=",
                "Last-Event-ID=",
                "last-event-id=",
                "evs_last_event_id=",
                "last_event_id=AQnonsense&evs_buffer_size_limit=262144&evs_preamble=2056&evs_last_event_id=",
                "evs_buffer_size_limit=262144&_=1795991570&last_event_id=nonsense&lastEventId=",
                "r=4417325&lastEventId=",
            })
    void understandsWhatPolyfillsAdd(String query) throws Exception {
        server.publish("three", 0, "before");
        String cursor;
        try (TestStream stream = server.open("/topics/three/events")) {
            cursor = stream.nextCursor();
        }
        await().until(() -> server.slots.taken() == 0);
        server.publish("three", 0, "after");
        try (TestStream stream = server.open("/topics/three/events?" + query + cursor)) {
            assertThat(stream.status).isEqualTo(200);
            assertThat(stream.nextData()).isEqualTo("after");
        }
        await().until(() -> server.slots.taken() == 0);
        HttpResponse<String> unknown = server.get("/topics/three/events?ev_buffer=1");
        assertThat(unknown.statusCode()).isEqualTo(400);
        assertThat(unknown.body()).contains("ev_buffer", "last_event_id");
    }

    @Test
    void acceptsMediaTypesInAnyCase() throws Exception {
        try (TestStream stream = server.open("/topics/one/events", "Accept: Text/Event-Stream")) {
            assertThat(stream.status).isEqualTo(200);
        }
    }

    @Test
    void refusesACursorOfOtherTopics() throws Exception {
        String cursor;
        try (TestStream stream = server.open("/topics/three/events")) {
            cursor = stream.nextCursor();
        }
        assertThat(server.get("/topics/one/events?last_event_id=" + cursor).statusCode())
                .isEqualTo(400);
    }

    @Test
    void refusesWhatCannotBeAccepted() throws Exception {
        assertThat(server.send(server.request("/topics/one/events").header("Accept", "application/json"))
                        .statusCode())
                .isEqualTo(406);
    }

    @Test
    void refusesOtherMethods() throws Exception {
        HttpResponse<String> answer =
                server.send(server.request("/topics/one/events").PUT(BodyPublishers.ofString("x")));
        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("allow").orElseThrow()).contains("GET");
    }

    @Test
    void refusesOneMoreThanTheLimit() throws Exception {
        try (TestStream first = server.open("/topics/one/events");
                TestStream second = server.open("/topics/one/events")) {
            first.nextCursor();
            second.nextCursor();
            HttpResponse<String> third = server.get("/topics/one/events");
            assertThat(third.statusCode()).isEqualTo(429);
            assertThat(third.headers().firstValue("retry-after")).isPresent();
        }
    }

    /** Any text in place of a cursor is answered with 400, and the server goes on. */
    @Test
    void garbageCursorsAreTheClientsMistake() throws Exception {
        String alphabet = "ABCxyz019-_%41%00.~+=/\u00e9";
        Set<Character> tried = new HashSet<>();
        Random random = new Random(5);
        for (int i = 0; i < 600; i++) {
            StringBuilder text = new StringBuilder(i % 2 == 0 ? "AQ" : "");
            for (int n = random.nextInt(60); n >= 0; n--) {
                char next = alphabet.charAt(random.nextInt(alphabet.length()));
                tried.add(next);
                text.append(next);
            }
            // On a bare socket, because HTTP clients refuse to send most of them.
            try (TestStream answer =
                    new TestStream(server.sockets.port(), "/topics/one/events?last_event_id=" + text)) {
                assertThat(answer.status).as(text.toString()).isEqualTo(400);
            }
        }
        assertThat(tried).hasSize((int) alphabet.chars().distinct().count());
        try (TestStream stream = server.open("/topics/one/events")) {
            assertThat(stream.nextCursor()).isNotEmpty();
        }
    }
}
