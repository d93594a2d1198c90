package io.letterbox.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Silent failures between a browser and its stream: of the connection, or of the worker that all tabs share. */
class DeadStreamIT {
    private static final String SUBSCRIBE =
            """
            const { subscribe } = await import("/client.js");
            window.seen ??= {};
            const mine = seen[given[2]] = { values: [], statuses: [] };
            window.streams = [...(window.streams ?? []), subscribe(given[0], {
              ...given[1],
              onRecord: (value) => mine.values.push(value),
              onStatus: (status) => mine.statuses.push(status),
            })];
            """;

    @TempDir
    static Path directory;

    private static ServerProcess server;
    private static TestClient client;
    private static Browser browser;

    private Relay relay;

    @BeforeAll
    static void start() {
        server = ServerProcess.in(directory)
                .set("sse.heartbeatSeconds", 1)
                .set("sse.retryMinMs", 100)
                .set("sse.retryMaxMs", 200)
                .start();
        client = new TestClient(server.base());
        browser = new Browser();
    }

    @BeforeEach
    void freshPage() {
        relay = new Relay(server.port());
        browser.open(relay.base().resolve("/health/live").toString());
    }

    @AfterEach
    void leave() throws IOException {
        browser.open("about:blank");
        relay.close();
    }

    @AfterAll
    static void stop() {
        if (browser != null) browser.close();
        if (server != null) server.close();
    }

    @Test
    void aStreamThatIsOpenAndDeadIsNoticed() throws IOException {
        client.create("dead", 1, Map.of());
        subscribe("dead", Map.of(), "shared");
        subscribe("dead", Map.of("share", false), "own");
        subscribe("dead", Map.of("group", "readers"), "member");
        List<String> names = List.of("shared", "own", "member");
        for (String name : names) awaitOpen(name);
        browser.until(
                "a member that reads",
                () -> client.get("/groups/readers").at("/members/0/assignment").has(0));
        client.publish("dead", "before", null);
        for (String name : names) awaitValues(name, List.of("before"));
        relay.forgetStreams();
        // Neither side notices: the server writes, and the browser waits.
        client.publish("dead", "meanwhile", null);
        for (String name : List.of("shared", "own")) awaitValues(name, List.of("before", "meanwhile"));
        browser.until("the member's record", () -> values("member").contains("meanwhile"));
        assertThat(browser.script("return seen.shared.statuses"))
                .isEqualTo(List.of("connecting", "open", "retrying", "open"));
    }

    @Test
    void aWorkerThatDiesIsNoticed() throws IOException {
        client.create("orphans", 1, Map.of());
        subscribe("orphans", Map.of(), "one");
        subscribe("orphans", Map.of("from", "earliest"), "two");
        for (String name : List.of("one", "two")) awaitOpen(name);
        client.publish("orphans", "before", null);
        for (String name : List.of("one", "two")) awaitValues(name, List.of("before"));
        browser.killSharedWorkers();
        client.publish("orphans", "meanwhile", null);
        for (String name : List.of("one", "two")) awaitValues(name, List.of("before", "meanwhile"));
        browser.until("one connection", () -> client.metric("letterbox_sse_connections") == 1);
    }

    @Test
    void whereThereIsNoWorkerStreamsGoWithoutIt() throws IOException {
        client.create("alone", 1, Map.of());
        browser.script("window.Real = SharedWorker;"
                + "window.SharedWorker = function (url, options) { return new Real('/nothing.js', options); };");
        subscribe("alone", Map.of(), "notFound");
        awaitOpen("notFound");
        client.publish("alone", "a", null);
        awaitValues("notFound", List.of("a"));
        browser.open(relay.base().resolve("/health/ready").toString());
        browser.script("window.SharedWorker = function () { throw new DOMException('a policy', 'SecurityError'); };");
        subscribe("alone", Map.of("from", "earliest"), "forbidden");
        awaitValues("forbidden", List.of("a"));
    }

    /** It would resume at the end of the log, and miss what was published in between. */
    @Test
    void aPlainEventSourceComesBackWithACursorBeforeItsFirstRecord() throws IOException {
        client.create("quiet", 1, Map.of());
        browser.script("window.opened = 0; window.source = new EventSource('/topics/quiet/events');"
                + "source.onopen = () => opened++;");
        browser.until("the stream", () -> browser.script("return opened === 1"));
        browser.until("its cursor", () -> client.metric("letterbox_sse_connections") == 1);
        relay.cutStreams();
        browser.until("another connection", () -> browser.script("return opened === 2"));
        assertThat(relay.streamRequests().get(0)).doesNotContainIgnoringCase("last-event-id");
        assertThat(relay.streamRequests().get(1)).containsPattern("(?i)last-event-id: [A-Za-z0-9_-]+");
        browser.script("source.close()");
    }

    private void subscribe(String topic, Map<String, Object> options, String name) {
        assertThat(browser.await(SUBSCRIBE, "/topics/" + topic + "/events", options, name))
                .isNull();
    }

    private static void awaitOpen(String name) {
        browser.until(name + " is open", () -> "open"
                .equals(browser.script("return seen[arguments[0]].statuses.at(-1)", name)));
    }

    private static List<?> values(String name) {
        return (List<?>) browser.script("return seen[arguments[0]].values", name);
    }

    private static void awaitValues(String name, List<String> wanted) {
        browser.until(name + " has " + wanted, () -> values(name).size() >= wanted.size());
        assertThat(values(name)).as(name).isEqualTo(wanted);
    }
}
