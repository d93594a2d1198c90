package io.letterbox.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.letterbox.it.History.Placed;
import io.letterbox.record.TopicPartition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A page in Chromium follows topics at one node of a cluster, which is killed: its streams go on at another one. */
class ClusterPageIT {
    private static final int PARTITIONS = 3;
    private static final int BEFORE = 60;
    private static final int ALL = 120;

    @TempDir
    static Path directory;

    private static ClusterProcesses cluster;
    private static Browser browser;

    @BeforeAll
    static void start() {
        cluster = ClusterProcesses.start(directory, node -> node.set("sse.heartbeatSeconds", 1));
        browser = new Browser();
    }

    @AfterEach
    void bringBack() {
        browser.open("about:blank");
        for (ServerProcess node : cluster.nodes()) if (!node.isAlive()) node.start();
    }

    @AfterAll
    static void stop() {
        if (browser != null) browser.close();
        if (cluster != null) cluster.close();
    }

    @Test
    void aSharedStreamGoesOnAtAnotherNode() throws IOException {
        goesOn("shared", 1, "{from: 'earliest'}", true);
    }

    @Test
    void aStreamOfItsOwnGoesOnAtAnotherNode() throws IOException {
        goesOn("own", 2, "{from: 'earliest', share: false}", true);
    }

    /** What was handled is acknowledged at the next node before the stream is there, so nothing comes twice. */
    @Test
    void aMemberOfAGroupGoesOnAtAnotherNode() throws IOException {
        goesOn("tasks", 3, "{from: 'earliest', group: 'workers'}", false);
        TestClient other = new TestClient(cluster.node(1).base());
        browser.until("the end is committed", () -> {
            JsonNode group = other.get("/groups/workers");
            return group.get("members").size() == 1 && group.get("lag").asLong() == 0;
        });
    }

    /**
     * @param at the node of the page, which is killed
     * @param ordered whether each partition's records have to come in their order, over the kill as well
     */
    private void goesOn(String topic, int at, String options, boolean ordered) throws IOException {
        ServerProcess page = cluster.node(at);
        TestClient other =
                new TestClient(cluster.node(at % ClusterProcesses.NODES + 1).base());
        other.create(topic, PARTITIONS, Map.of());
        // A page without a policy and without scripts of its own.
        browser.open(page.base().resolve("/health/live").toString());
        subscribe("/topics/" + topic + "/events?format=envelope", options);
        publish(other, topic, 0, BEFORE);
        browser.until("the first records", () -> seenCount() >= BEFORE);
        page.kill();
        publish(other, topic, BEFORE, ALL);
        browser.until("all records", () -> seenCount() >= ALL);
        Map<TopicPartition, List<Placed>> log = other.log(topic);
        assertThat(log.values().stream().mapToInt(List::size).sum()).isEqualTo(ALL);
        List<List<?>> seen = seen();
        log.forEach((partition, records) -> {
            List<Placed> delivered = seen.stream()
                    .filter(event -> ((Long) event.get(0)).intValue() == partition.partition())
                    .map(event -> new Placed(partition, (Long) event.get(1), (String) event.get(2)))
                    .toList();
            if (ordered) assertThat(delivered).as(partition.toString()).isEqualTo(records);
            else assertThat(delivered).as(partition.toString()).containsExactlyInAnyOrderElementsOf(records);
        });
    }

    private static void publish(TestClient to, String topic, int from, int until) throws IOException {
        for (int number = from; number < until; number++) to.publish(topic, "value " + number, "key " + number);
    }

    private static void subscribe(String url, String options) {
        Object failure = browser.await(
                """
                const { subscribe } = await import("/client.js");
                window.seen = [];
                window.stream = subscribe(given[0], {
                  ...%s,
                  onRecord: (record) => seen.push([record.partition, record.offset, record.value]),
                });
                """
                        .formatted(options),
                url);
        assertThat(failure).isNull();
    }

    private static int seenCount() {
        return ((Long) browser.script("return seen.length")).intValue();
    }

    @SuppressWarnings("unchecked")
    private static List<List<?>> seen() {
        return (List<List<?>>) browser.script("return seen");
    }
}
