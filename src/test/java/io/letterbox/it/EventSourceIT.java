package io.letterbox.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.letterbox.it.History.Placed;
import io.letterbox.record.TopicPartition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Real browsers follow topics: with {@code EventSource} alone, and with {@code /client.js}. */
@ParameterizedClass
@EnumSource(Page.Kind.class)
class EventSourceIT {
    private static final int PARTITIONS = 3;

    /** A plain EventSource that keeps its events: [partition, offset, value, last event id]. */
    private static final String FOLLOW =
            """
            window.seen = [];
            window.opened = 0;
            window.source = new EventSource(arguments[0]);
            source.onopen = () => window.opened++;
            source.onmessage = (event) => {
              const record = JSON.parse(event.data);
              seen.push([record.partition, record.offset, record.value, event.lastEventId]);
            };
            """;

    @TempDir
    static Path directory;

    private static ServerProcess server;
    private static TestClient client;
    private static Page browser;

    @Parameter
    private Page.Kind kind;

    @BeforeParameterizedClassInvocation
    static void start(Page.Kind kind) {
        Path own = directory.resolve(kind.name());
        server = ServerProcess.in(own.resolve("server"))
                .set("sse.retryMinMs", 200)
                .set("sse.retryMaxMs", 400);
        server.set("http.corsOrigins", "http://localhost:" + server.port()).start();
        client = new TestClient(server.base());
        browser = kind.start(own.resolve("browser"));
    }

    @BeforeEach
    void freshPage() {
        // A page of the same origin without a policy and without scripts of its own.
        browser.open(server.base().resolve("/health/live").toString());
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        if (browser != null) browser.close();
        if (server != null) server.close();
    }

    @Test
    void plainEventSourceSurvivesKillsAndMissesAndRepeatsNothing() throws IOException {
        assumeTrue(kind == Page.Kind.CHROMIUM, "Firefox' own gives up at the first connection that is refused");
        client.create("log", PARTITIONS, Map.of());
        browser.script(FOLLOW, "/topics/log/events?format=envelope&from=earliest");
        int published = 0;
        for (int kill = 0; kill < 3; kill++) {
            published = publish("log", published, 300);
            int wanted = published;
            browser.until(wanted + " records", () -> seenCount() >= wanted);
            // Records that are acknowledged but perhaps not delivered when the server is killed.
            published = publish("log", published, 200);
            long connections = (long) browser.script("return opened");
            server.kill();
            browser.until("the browser noticed", () -> (boolean) browser.script("return source.readyState === 0"));
            server.start();
            browser.until("a new connection", () -> (long) browser.script("return opened") > connections);
        }
        published = publish("log", published, 100);
        int all = published;
        browser.until(all + " records", () -> seenCount() >= all);
        assertSeenIsTheLog("log", client.log("log"));
    }

    @Test
    void aPlainValueArrivesAsItWasPublished() throws IOException {
        client.create("plain", 1, Map.of());
        browser.script("window.seen = []; window.source = new EventSource('/topics/plain/events?from=earliest');"
                + "source.onmessage = (event) => seen.push(event.data);");
        List<String> values =
                List.of("one", "two\nlines", "", " a space before", "data: not a field", "ünï → 🎉", ":x", "{\"a\":1}");
        for (String value : values) client.publish("plain", value, null);
        browser.until("all values", () -> seenCount() == values.size());
        assertThat(browser.script("return seen")).isEqualTo(values);
    }

    @Test
    void theModuleBeginsAnewAfterAFatalError() throws IOException {
        subscribe("/topics/later/events?format=envelope", "{from: 'earliest'}");
        browser.until("a refusal", () -> "retrying".equals(browser.script("return statuses.at(-1)")));
        client.create("later", 1, Map.of());
        client.publish("later", "worth waiting for", null);
        browser.until("the record", () -> seenCount() == 1);
        assertThat(browser.script("return statuses.at(-1)")).isEqualTo("open");
    }

    @Test
    void theModuleRemembersItsCursorOverAReloadAndAKill() throws IOException {
        client.create("kept", PARTITIONS, Map.of());
        publish("kept", 0, 50);
        String options = "{from: 'earliest', storage: 'kept'}";
        subscribe("/topics/kept/events?format=envelope", options);
        browser.until("50 records", () -> seenCount() == 50);
        browser.until("a stored cursor", () -> browser.script("return localStorage.getItem('kept') === stream.cursor"));
        List<List<?>> first = seen();
        browser.open(server.base().resolve("/health/ready").toString());
        server.kill();
        server.start();
        publish("kept", 50, 30);
        subscribe("/topics/kept/events?format=envelope", options);
        browser.until("the other 30", () -> seenCount() >= 30);
        List<List<?>> both = new ArrayList<>(first);
        both.addAll(seen());
        assertSeenIsTheLog(both, client.log("kept"));
    }

    @Test
    void theModuleTellsOfAGap() throws IOException {
        client.create("again", 1, Map.of());
        publish("again", 0, 20);
        subscribe("/topics/again/events?format=envelope", "{from: 'earliest', storage: 'again'}");
        browser.until("20 records", () -> seenCount() == 20);
        browser.script("stream.close()");
        client.sendForText("DELETE", "/topics/again", null, null);
        client.create("again", 1, Map.of());
        publish("again", 100, 5);
        subscribe("/topics/again/events?format=envelope", "{storage: 'again'}");
        browser.until("5 records of the new topic", () -> seenCount() == 5);
        assertThat(browser.script("return gaps.map(gap => [gap.topic, gap.reason, gap.resumedFrom])"))
                .isEqualTo(List.of(List.of("again", "incarnation", 0L)));
        assertThat(seen().get(0).get(2)).isEqualTo("value 100");
    }

    @Test
    void twoOfTheModuleShareAGroupOverAKill() throws IOException {
        client.create("shared", PARTITIONS, Map.of());
        String options = "{group: 'readers', from: 'earliest'}";
        subscribe("/topics/shared/events?format=envelope", options);
        subscribe("/topics/shared/events?format=envelope", options);
        awaitMembers("readers", 2);
        publish("shared", 0, 60);
        browser.until("60 records", () -> seenCount() >= 60);
        awaitCommitted("readers", 60);
        server.kill();
        server.start();
        awaitMembers("readers", 2);
        publish("shared", 60, 30);
        browser.until("the other 30", () -> seenCount() >= 90);
        // Both add their records to one list, in which the records of each partition are in order.
        assertSeenIsTheLog("shared", client.log("shared"));
        browser.script("stream.close()");
        awaitMembers("readers", 1);
    }

    @Test
    void theModuleAcknowledgesForItsGroup() throws IOException {
        client.create("tasks", 1, Map.of());
        publish("tasks", 0, 20);
        String options =
                "{group: 'workers', ack: 'manual', from: 'earliest', onAssigned: (now) => window.assigned = now}";
        subscribe("/topics/tasks/events?format=envelope", options);
        browser.until("20 records", () -> seenCount() == 20);
        assertThat(browser.script("return [assigned.group, assigned.partitions]"))
                .isEqualTo(List.of("workers", List.of(Map.of("topic", "tasks", "partition", 0L, "offset", 0L))));
        assertThat(browser.await("await stream.ack(seen[11][3]);")).isNull();
        awaitCommitted("workers", 12);
        browser.script("stream.close()");
        awaitMembers("workers", 0);
        Object refusal = browser.await("await stream.ack(seen[15][3]);");
        assertThat(refusal).asString().contains("member");
        subscribe("/topics/tasks/events?format=envelope", options);
        browser.until("the 8 that nobody acknowledged", () -> seenCount() == 8);
        assertThat(seen().get(0).get(2)).isEqualTo("value 12");
    }

    /**
     * For the browser, localhost is another origin, and responses have to allow credentials before a page may read
     * them.
     */
    @Test
    void aPageOfAConfiguredOriginReadsAndAcknowledgesWithCredentials() throws IOException {
        client.create("shop", 1, Map.of());
        publish("shop", 0, 5);
        browser.open("http://localhost:" + server.port() + "/health/live");
        subscribe(
                server.base().resolve("/topics/shop/events?format=envelope").toString(),
                "{group: 'shoppers', from: 'earliest', withCredentials: true}");
        browser.until("5 records", () -> seenCount() == 5);
        awaitCommitted("shoppers", 5);
        assertThat(browser.script("return statuses.at(-1)")).isEqualTo("open");
        browser.script("stream.close()");
    }

    @Test
    void whatAPageHasNotHandledComesAgain() throws IOException {
        client.create("slow", 1, Map.of());
        publish("slow", 0, 10);
        String subscribe =
                """
                const { subscribe } = await import("/client.js");
                window.handled = [];
                window.working = [];
                const onRecord = (value, id) => {
                  if (handled.includes(value)) handled.push("again");
                  handled.push(value);
                  if (given[0]) return new Promise((resolve, reject) => working.push({resolve, reject}));
                };
                window.stream = subscribe("/topics/slow/events", {group: "pages", from: "earliest", onRecord});
                """;
        assertThat(browser.await(subscribe, true)).isNull();
        browser.until("ten records", () -> browser.script("return working.length === 10"));
        // All are handled except the eighth.
        browser.script("working.forEach(({resolve}, i) => { if (i !== 7) resolve(); })");
        awaitCommitted("pages", 7);
        browser.script("stream.close()");
        awaitMembers("pages", 0);
        assertThat(client.get("/groups/pages")
                        .get("offsets")
                        .get(0)
                        .get("offset")
                        .asInt())
                .isEqualTo(7);
        assertThat(browser.await(subscribe, true)).isNull();
        browser.until("the other three", () -> browser.script("return working.length === 3"));
        assertThat(browser.script("return handled")).isEqualTo(List.of("value 7", "value 8", "value 9"));
        // The second record fails: it and the third are delivered again, the first is not.
        browser.script("working[0].resolve(); working[1].reject(new Error('not now')); working[2].resolve()");
        browser.until("a second try", () -> browser.script("return working.length === 5"));
        assertThat(browser.script("return handled.slice(3)"))
                .isEqualTo(List.of("again", "value 8", "again", "value 9"));
        browser.script("working.forEach(({resolve}) => resolve())");
        awaitCommitted("pages", 10);
        browser.script("stream.close()");
    }

    @Test
    void aPageInTheBackForwardCacheLetsOthersReadAndComesBack() throws IOException {
        client.create("left", 1, Map.of());
        // A page that may be cached, unlike those of the health check; browsers keep only such pages.
        browser.open(server.base().resolve("/client.js").toString());
        subscribe("/topics/left/events?format=envelope", "{group: 'visitors', from: 'earliest'}");
        awaitMembers("visitors", 1);
        publish("left", 0, 5);
        browser.until("5 records", () -> seenCount() == 5);
        browser.open(server.base().resolve("/health/ready").toString());
        awaitMembers("visitors", 0);
        awaitCommitted("visitors", 5);
        // Firefox does not keep a page with an open stream: the stream is closed for good, which is fine for the group.
        if (kind == Page.Kind.FIREFOX) return;
        publish("left", 5, 50);
        browser.back();
        assertThat(browser.script("return statuses"))
                .as("the same page, out of the cache")
                .isNotNull();
        browser.until("the 50 that nobody read meanwhile", () -> seenCount() >= 55);
        awaitCommitted("visitors", 55);
        assertThat(seenCount()).isEqualTo(55);
        assertThat(browser.script("return [statuses.includes('paused'), statuses.at(-1)]"))
                .isEqualTo(List.of(true, "open"));
        browser.script("stream.close()");
    }

    private void awaitMembers(String group, int count) {
        browser.until(count + " members of " + group + " that read", () -> {
            JsonNode now = client.get("/groups/" + group);
            int partitions = 0;
            for (JsonNode member : now.get("members")) {
                if (member.get("assignment").isEmpty()) return false;
                partitions += member.get("assignment").size();
            }
            return now.get("members").size() == count
                    && partitions == (count == 0 ? 0 : now.get("offsets").size());
        });
    }

    private void awaitCommitted(String group, int records) {
        browser.until(records + " records of " + group + " are committed", () -> {
            int sum = 0;
            for (JsonNode offset : client.get("/groups/" + group).get("offsets"))
                sum += offset.get("offset").asInt();
            return sum == records;
        });
    }

    /** Publishes numbered values one after the other, each with a key of its own; returns the next number. */
    private int publish(String topic, int from, int count) throws IOException {
        List<String> lines = new ArrayList<>();
        for (int i = from; i < from + count; i++) {
            if (i % 10 == 0) client.publish(topic, "value " + i, "key " + i);
            else lines.add("value " + i);
        }
        for (String line : lines) client.publish(topic, line, line);
        return from + count;
    }

    private void subscribe(String url, String options) {
        Object failure = browser.await(
                """
                const { subscribe } = await import("/client.js");
                window.seen = [];
                window.gaps = [];
                window.statuses = [];
                window.stream = subscribe(given[0], {
                  ...%s,
                  onRecord: (record, id) => seen.push([record.partition, record.offset, record.value, id]),
                  onGap: (gap) => gaps.push(gap),
                  onStatus: (status) => statuses.push(status),
                });
                """
                        .formatted(options),
                url);
        assertThat(failure).isNull();
    }

    private int seenCount() {
        return ((Long) browser.script("return seen.length")).intValue();
    }

    @SuppressWarnings("unchecked")
    private List<List<?>> seen() {
        return (List<List<?>>) browser.script("return seen");
    }

    private void assertSeenIsTheLog(String topic, Map<TopicPartition, List<Placed>> log) {
        assertThat(log).hasSize(PARTITIONS);
        assertThat(log.keySet()).allMatch(partition -> partition.topic().equals(topic));
        assertSeenIsTheLog(seen(), log);
    }

    /** Each partition's records, exactly once, in the order of the log. */
    private static void assertSeenIsTheLog(List<List<?>> seen, Map<TopicPartition, List<Placed>> log) {
        log.forEach((partition, records) -> {
            List<Placed> delivered = seen.stream()
                    .filter(event -> ((Long) event.get(0)).intValue() == partition.partition())
                    .map(event -> new Placed(partition, (Long) event.get(1), (String) event.get(2)))
                    .toList();
            assertThat(delivered).as(partition.toString()).isEqualTo(records);
        });
        assertThat(seen).hasSize(log.values().stream().mapToInt(List::size).sum());
    }
}
