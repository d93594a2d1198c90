package io.letterbox.it;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Groups and connections in the console, in a real browser, with a real Kafka consumer as the member. */
class ConsoleGroupsIT {
    private static final int RECORDS = 20;

    @TempDir
    static Path directory;

    private static ServerProcess server;
    private static TestClient client;
    private static Browser browser;

    @BeforeAll
    static void start() {
        ((Logger) LoggerFactory.getLogger("org.apache.kafka")).setLevel(Level.ERROR);
        server = ServerProcess.in(directory).start();
        client = new TestClient(server.base());
        browser = new Browser();
        browser.show(1280, 860, false);
    }

    @AfterAll
    static void stop() {
        if (browser != null) browser.close();
        if (server != null) server.close();
    }

    private static void go(String route) {
        browser.open("about:blank");
        browser.open(server.base().resolve("/") + "#/" + route);
    }

    @Test
    void aGroupFromItsFirstMemberToItsEnd() throws Exception {
        client.create("payments", 2, Map.of());
        for (int i = 0; i < RECORDS; i++) client.publish("payments", "value" + i, "key" + i);

        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger seen = new AtomicInteger();
        Thread reader = new Thread(() -> read(stop, seen), "consumer");
        reader.start();
        try {
            go("groups");
            browser.findWithText("tr[data-key=auditors]", "Stable")
                    .findElement(org.openqa.selenium.By.cssSelector("a"))
                    .click();
            browser.findWithText("h1.topic-name", "auditors");
            browser.findWithText("tr[data-key='payments/0']", "auditor-1");
            browser.findWithText(".view", "auditor-client");
            browser.until(
                    "everything read and committed",
                    () -> text("tr[data-key='payments/0']").contains("auditor-1")
                            && browser.count(".chart canvas") == 1);

            go("connections");
            browser.findWithText(".rows tbody tr", "auditor-client");
            browser.findWithText(".rows tbody tr", "apache-kafka-java");

            go("groups/auditors");
            browser.find("#reset-goal").sendKeys("the first record there is");
            assertThat(browser.find("#reset-apply").isEnabled())
                    .as("nothing was shown that could be done")
                    .isFalse();
            browser.click("#reset-preview");
            browser.findWithText("#reset-changes", "→ 0");
            browser.click("#reset-apply");
            browser.findWithText(".problem", "has members");
        } finally {
            stop.set(true);
            reader.join();
        }
        assertThat(seen).hasValue(RECORDS);

        browser.findWithText(".facts-line", "Empty");
        browser.find("#reset-goal").sendKeys("behind the last record");
        browser.click("#reset-preview");
        browser.findWithText("#reset-nothing", "2 partitions are there already");
        browser.find("#reset-goal").sendKeys("the first record there is");
        browser.until("what was shown is gone", () -> browser.count("#reset-nothing") == 0);
        browser.click("#reset-preview");
        browser.findWithText("#reset-changes", "→ 0");
        browser.findWithText(".facts-line", "0 records behind");
        browser.click("#reset-apply");
        browser.findWithText(".toast", "moved");
        browser.findWithText(".facts-line", RECORDS + " records behind");

        client.create("refunds", 3, Map.of());
        client.publish("refunds", "x", "k");
        browser.type("#reset-topic", "refunds");
        browser.until("its partitions", () -> browser.count("#reset-partition option") == 4);
        browser.click("#reset-preview");
        browser.findWithText("#reset-changes", "refunds/2: – → 0");
        browser.click("#reset-apply");
        browser.findWithText("tr[data-key='refunds/1']", "nobody");
        go("topics/refunds/consumers");
        browser.findWithText("tr[data-key=auditors]", "Empty");
        go("groups/auditors");

        browser.click("#delete-group");
        browser.click("dialog button.danger");
        browser.findWithText(".toast", "Deleted auditors");
        browser.findWithText(".note", "no consumer groups");
        // The server refuses to move a group with members with a 409, which the browser reports.
        assertThat(browser.complaints()).allMatch(complaint -> complaint.contains("409"));
    }

    private static String text(String css) {
        return browser.find(css).getText();
    }

    private static void read(AtomicBoolean stop, AtomicInteger seen) {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers", server.bootstrap(),
                "group.id", "auditors",
                "group.instance.id", "auditor-1",
                "client.id", "auditor-client",
                "auto.offset.reset", "earliest",
                "session.timeout.ms", 6000);
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of("payments"));
            while (!stop.get()) {
                seen.addAndGet(consumer.poll(Duration.ofMillis(100)).count());
                consumer.commitSync();
            }
        }
    }
}
