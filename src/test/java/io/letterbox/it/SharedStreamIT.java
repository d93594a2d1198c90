package io.letterbox.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.it.History.Placed;
import io.letterbox.record.TopicPartition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many tabs of a real browser follow topics through {@code /client.js}: they share a connection, without which the
 * seventh would not load, and each has its own position.
 */
class SharedStreamIT {
    private static final int TABS = 8;
    private static final int PARTITIONS = 2;

    private static final String SUBSCRIBE =
            """
            const { subscribe } = await import("/client.js");
            window.seen = [];
            window.statuses = [];
            window.stream = subscribe(given[0], {
              ...given[1],
              onRecord: (record, id) => {
                if (window.busyMs) for (const until = performance.now() + busyMs; performance.now() < until;);
                window.busyMs = 0;
                seen.push(record.topic ? [record.topic, record.partition, record.offset, record.value] : record);
              },
              onStatus: (status) => statuses.push(status),
            });
            """;

    @TempDir
    static Path directory;

    private static ServerProcess server;
    private static TestClient client;
    private static Browser browser;

    private final List<String> tabs = new ArrayList<>();
    private String home;

    @BeforeAll
    static void start() {
        server = ServerProcess.in(directory)
                .set("sse.heartbeatSeconds", 1)
                .set("sse.retryMinMs", 100)
                .set("sse.retryMaxMs", 200)
                .start();
        client = new TestClient(server.base());
        browser = new Browser();
        browser.open("about:blank");
    }

    @BeforeEach
    void home() {
        home = browser.newTab();
    }

    @AfterEach
    void closeTabs() {
        String next = browser.newTab();
        tabs.add(home);
        for (String tab : tabs) {
            browser.goTo(tab);
            browser.closeTab();
        }
        browser.goTo(next);
        awaitConnections(0);
    }

    @AfterAll
    static void stop() {
        if (browser != null) browser.close();
        if (server != null) server.close();
    }

    @Test
    void tabsOfOneTopicLoadAndSeeAllOfItOverAKill() throws IOException {
        client.create("same", PARTITIONS, Map.of());
        publish("same", 0, 200);
        for (int i = 0; i < TABS; i++) openTab("/topics/same/events?format=envelope", Map.of("from", "earliest"));
        for (String tab : tabs) awaitSeen(tab, 200);
        awaitConnections(1);
        // The first tab is closed while records arrive; the others do not notice.
        publish("same", 200, 20);
        browser.goTo(tabs.remove(0));
        browser.closeTab();
        publish("same", 220, 20);
        server.kill();
        server.start();
        publish("same", 240, 20);
        for (String tab : tabs) {
            awaitSeen(tab, 260);
            assertSeenIs(client.log("same"));
        }
        awaitConnections(1);
    }

    @Test
    void tabsOfDifferentTopicsLoadAndSeeTheirOwnOverAKill() throws IOException {
        for (int i = 0; i < TABS; i++) {
            client.create("topic" + i, PARTITIONS, Map.of());
            publish("topic" + i, 0, 30);
        }
        for (int i = 0; i < TABS; i++) {
            openTab("/topics/topic" + i + "/events?format=envelope", Map.of("from", "earliest"));
            awaitSeen(tabs.get(i), 30);
        }
        awaitConnections(1);
        for (int i = 0; i < TABS; i++) publish("topic" + i, 30, 10);
        server.kill();
        server.start();
        for (int i = 0; i < TABS; i++) publish("topic" + i, 40, 10);
        for (int i = 0; i < TABS; i++) {
            awaitSeen(tabs.get(i), 50);
            assertSeenIs(client.log("topic" + i));
        }
        awaitConnections(1);
    }

    @Test
    void whoComesLaterBeginsWhereItWantsTo() throws IOException {
        client.create("late", 1, Map.of());
        publish("late", 0, 10);
        String url = "/topics/late/events?format=envelope";
        openTab(url, Map.of());
        awaitOpen();
        publish("late", 10, 10);
        awaitSeen(tabs.get(0), 10);
        openTab(url, Map.of());
        awaitOpen();
        openTab(url, Map.of("from", "4"));
        awaitSeen(tabs.get(2), 16);
        String cursor = (String) browser.script("return stream.cursor");
        browser.script("stream.close()");
        publish("late", 20, 10);
        openTab(url + "&last_event_id=" + cursor, Map.of());
        awaitConnections(1);
        publish("late", 30, 5);
        assertValues(tabs.get(0), 10, 35);
        assertValues(tabs.get(1), 20, 35);
        assertValues(tabs.get(2), 4, 20);
        assertValues(tabs.get(3), 20, 35);
    }

    @Test
    void aCursorOfASharedConnectionIsOneOfItsOwnTopic() throws IOException {
        for (String topic : List.of("own", "others")) client.create(topic, 1, Map.of());
        openTab("/topics/others/events", Map.of());
        openTab("/topics/own/events", Map.of());
        awaitOpen();
        awaitConnections(1);
        publish("others", 0, 5);
        publish("own", 0, 5);
        awaitSeen(tabs.get(1), 5);
        String cursor = (String) browser.script("return stream.cursor");
        browser.script("stream.close()");
        publish("own", 5, 5);
        Object answer = browser.await(
                "const source = new EventSource('/topics/own/events?last_event_id=' + given[0]); window.direct = [];"
                        + "source.onmessage = (event) => { if (direct.push(event.data) === 5) source.close(); };",
                cursor);
        assertThat(answer).isNull();
        browser.until("the other five", () -> browser.script("return direct.length === 5"));
        assertThat(browser.script("return direct[0]")).isEqualTo("value 5");
    }

    @Test
    void valuesAreAsOnAConnectionOfOnesOwn() throws IOException {
        client.create("values", 1, Map.of());
        List<String> values = List.of("one", "two\nlines", "a\r\nb\rc", "", " x", "ünï → 🎉", "{\"a\":1}", "\0", "\\");
        for (String value : values) client.publish("values", value, null);
        openTab("/topics/values/events", Map.of("from", "earliest"));
        openTab("/topics/values/events", Map.of("from", "earliest", "share", false));
        List<Object> seen = new ArrayList<>();
        for (String tab : tabs) {
            awaitSeen(tab, values.size());
            seen.add(browser.script("return seen"));
        }
        assertThat(seen.get(0)).isEqualTo(seen.get(1));
        awaitConnections(2);
    }

    @Test
    void whatAilsOneTopicDoesNotHarmTheOthers() throws IOException {
        for (String topic : List.of("dying", "living")) client.create(topic, 1, Map.of());
        openTab("/topics/dying/events?format=envelope", Map.of());
        openTab("/topics/living/events?format=envelope", Map.of());
        openTab("/topics/coming/events?format=envelope", Map.of("from", "earliest"));
        awaitConnections(1);
        client.sendForText("DELETE", "/topics/dying", null, null);
        publish("living", 0, 10);
        awaitSeen(tabs.get(1), 10);
        browser.goTo(tabs.get(0));
        browser.until("the end", () -> "ended".equals(browser.script("return statuses.at(-1)")));
        client.create("coming", 1, Map.of());
        publish("coming", 0, 10);
        awaitSeen(tabs.get(2), 10);
        awaitConnections(1);
    }

    @Test
    void streamsThatCannotBeCombinedTakeTurns() throws IOException {
        client.create("keys", 1, Map.of());
        for (int i = 0; i < 5; i++) {
            openTab("/topics/keys/events?format=envelope&key=k" + i, Map.of("from", "earliest"));
        }
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 5; i++) client.publish("keys", "value", "k" + i);
        }
        for (int i = 0; i < 5; i++) {
            awaitSeen(tabs.get(i), 3);
            assertThat(browser.script("return seen.map((each) => each[2])"))
                    .isEqualTo(List.of((long) i, i + 5L, i + 10L));
        }
        assertThat(client.metric("letterbox_sse_connections")).isLessThanOrEqualTo(3);
    }

    /** Records that a tab does not handle must not pile up in its memory without a limit. */
    @Test
    void aTabThatIsBusyFallsBehindAndMissesNothing() throws IOException {
        client.create("flood", 1, Map.of());
        List<String> lines =
                IntStream.range(0, 5000).mapToObj(i -> "{\"n\":" + i + "}").toList();
        for (int i = 0; i < 10; i++) client.publishLines("flood", lines, null);
        double before = client.metric("letterbox_sse_connects_total");
        openTab("/topics/flood/events?format=envelope", Map.of("from", "earliest"), "window.busyMs = 3000;");
        awaitSeen(tabs.get(0), 50_000);
        assertThat(browser.script("return seen.every((each, i) => each[2] === i)"))
                .isEqualTo(true);
        // It has left its line, and joined again.
        assertThat(client.metric("letterbox_sse_connects_total") - before).isGreaterThan(1);
    }

    @Test
    void aPageInTheBackForwardCacheLetsGoAndGoesOnWhereItWas() throws IOException {
        client.create("cached", 1, Map.of());
        publish("cached", 0, 5);
        tabs.add(browser.newTab());
        // A page that may be cached, unlike those of the health check; browsers keep only such pages.
        browser.open(server.base().resolve("/client.js").toString());
        assertThat(browser.await(SUBSCRIBE, "/topics/cached/events?format=envelope", Map.of("from", "earliest")))
                .isNull();
        awaitSeen(tabs.get(0), 5);
        browser.open(server.base().resolve("/health/ready").toString());
        awaitConnections(0);
        publish("cached", 5, 5);
        browser.back();
        // Browsers need not keep a page that has used a shared worker; it is loaded again then.
        if (!(boolean) browser.script("return window.seen !== undefined")) return;
        assertValues(tabs.get(0), 0, 10);
        assertThat(browser.script("return [statuses.includes('paused'), statuses.at(-1)]"))
                .isEqualTo(List.of(true, "open"));
    }

    private void openTab(String url, Map<String, Object> options) {
        openTab(url, options, "");
    }

    private void openTab(String url, Map<String, Object> options, String before) {
        tabs.add(browser.newTab());
        browser.open(server.base().resolve("/health/live").toString());
        assertThat(browser.await(before + SUBSCRIBE, url, options)).isNull();
    }

    private static void awaitOpen() {
        browser.until("an open stream", () -> "open".equals(browser.script("return statuses.at(-1)")));
    }

    private static void awaitSeen(String tab, int count) {
        browser.goTo(tab);
        browser.until(count + " records", () -> (long) browser.script("return seen.length") >= count);
    }

    /** The number of the server's open streams. */
    private static void awaitConnections(int count) {
        browser.until(count + " connections", () -> client.metric("letterbox_sse_connections") == count);
    }

    private static void publish(String topic, int from, int count) throws IOException {
        for (int i = from; i < from + count; i++) client.publish(topic, "value " + i, "key " + i);
    }

    /** Each value once, in order, for a topic of one partition. */
    private static void assertValues(String tab, int from, int to) {
        awaitSeen(tab, to - from);
        List<String> values =
                IntStream.range(from, to).mapToObj(i -> "value " + i).toList();
        assertThat(browser.script("return seen.map((each) => each[3])")).isEqualTo(values);
    }

    /** Each partition's records, exactly once, in the order of the log. */
    @SuppressWarnings("unchecked")
    private static void assertSeenIs(Map<TopicPartition, List<Placed>> log) {
        List<List<?>> seen = (List<List<?>>) browser.script("return seen");
        log.forEach((partition, records) -> {
            List<Placed> delivered = seen.stream()
                    .filter(event ->
                            event.get(0).equals(partition.topic()) && (Long) event.get(1) == partition.partition())
                    .map(event -> new Placed(partition, (Long) event.get(2), (String) event.get(3)))
                    .toList();
            assertThat(delivered).as(partition.toString()).isEqualTo(records);
        });
        assertThat(seen).hasSize(log.values().stream().mapToInt(List::size).sum());
    }
}
