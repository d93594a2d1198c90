package io.letterbox.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/** The console in a real browser against a real server. */
class ConsoleIT {
    private static final String HOSTILE =
            "<img src=x onerror=\"window.hacked=1\"><script>window.hacked=2</script>\u2028\"'&lt;";
    private static final List<String> TABS = List.of("partitions", "tail", "browse", "publish", "settings");

    @TempDir
    static Path directory;

    private static ServerProcess server;
    private static TestClient client;
    private static Browser browser;

    @BeforeAll
    static void start() {
        server = ServerProcess.in(directory).start();
        client = new TestClient(server.base());
        browser = new Browser();
    }

    @AfterAll
    static void stop() {
        if (browser != null) browser.close();
        if (server != null) server.close();
    }

    @BeforeEach
    void desktop() {
        browser.show(1280, 860, false);
        browser.complaints();
    }

    private static void go(String route) {
        browser.open("about:blank");
        browser.open(server.base().resolve("/") + "#/" + route);
    }

    @Test
    void aTopicFromItsCreationToItsEnd() {
        go("");
        browser.click("#create-topic");
        browser.type("#new-topic-name", "not/valid");
        assertThat(browser.find("dialog button[type=submit]").isEnabled()).isFalse();
        browser.type("#new-topic-name", "letters");
        browser.type("#new-topic-partitions", "2");
        browser.find("#new-topic-partitions").sendKeys(Keys.ENTER);
        browser.findWithText("h1.topic-name", "letters");
        browser.until("two partitions", () -> browser.count(".partitions tbody tr") == 2);

        browser.click("#tab-publish");
        browser.type("#publish-value", "{\"to\":\"everybody\"}");
        browser.type("#publish-key", "alice");
        browser.findWithText(".header-rows + button", "Add a header").click();
        browser.type("input[aria-label='Header name']", "trace");
        browser.type("input[aria-label='Header value']", "abc");
        browser.click("#publish-submit");
        browser.findWithText("#publish-answer .done", "offset 0");

        int partition = client.log("letters").entrySet().stream()
                .filter(entry -> !entry.getValue().isEmpty())
                .findFirst()
                .orElseThrow()
                .getKey()
                .partition();
        browser.click("#tab-browse");
        browser.until("a choice of two partitions", () -> browser.count("#browse-partition option") == 2);
        browser.find("#browse-partition").sendKeys(Integer.toString(partition));
        browser.findWithText("#browse-rows .record", "alice").click();
        browser.findWithText("#browse-rows pre", "\"to\": \"everybody\"");
        browser.findWithText("#browse-rows dl", "Header trace");
        browser.findWithText("#browse-rows dl", "application/json");

        browser.click("#tab-settings");
        browser.type("#setting-retention-ms", "3600000");
        browser.findWithText(".settings button", "Save").click();
        browser.findWithText(".toast", "Saved");
        assertThat(client.describe("letters").at("/config/retention.ms/value").asText())
                .isEqualTo("3600000");

        browser.click("#delete-topic");
        assertThat(browser.find("dialog button.danger").isEnabled()).isFalse();
        browser.type("#confirm-name", "letter");
        assertThat(browser.find("dialog button.danger").isEnabled()).isFalse();
        browser.type("#confirm-name", "letters");
        browser.click("dialog button.danger");
        browser.findWithText(".toast", "Deleted letters");
        browser.until("no row for it", () -> browser.count("tr[data-topic=letters]") == 0);
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void aRecordIsTextWhateverItContains() throws IOException {
        client.create("hostile", 1, Map.of());
        client.publish("hostile", HOSTILE, "<b>key</b>");
        go("topics/hostile/browse");
        browser.findWithText("#browse-rows .record .key", "<b>key</b>");
        browser.findWithText("#browse-rows .record", "onerror").click();
        assertThat(browser.find("#browse-rows pre").getDomProperty("textContent"))
                .isEqualTo(HOSTILE);
        browser.click("#tab-tail");
        browser.find("#tail-status.good");
        client.publish("hostile", HOSTILE, "<b>key</b>");
        browser.findWithText("#tail-rows .record", "onerror");
        assertThat(browser.count("#main .records img, #main .records script, #main .records b"))
                .isZero();
        assertThat(browser.script("return window.hacked === undefined")).isEqualTo(true);
        assertThat(browser.script("try { document.body.innerHTML = '<p>x</p>'; return 'parsed' }"
                        + " catch (e) { return e.name }"))
                .as("the policy keeps even a careless script from parsing text")
                .isEqualTo("TypeError");
    }

    @Test
    void theTailPausesWithoutMissingAndFiltersByKey() throws IOException {
        client.create("news", 1, Map.of());
        go("topics/news/tail");
        browser.find("#tail-status.good");
        client.publish("news", "first", "a");
        browser.findWithText("#tail-rows .record", "first");
        browser.click("#tail-pause");
        browser.findWithText("#tail-status", "paused");
        client.publish("news", "while paused", "a");
        browser.click("#tail-pause");
        browser.findWithText("#tail-rows .record", "while paused");
        assertThat(browser.count("#tail-rows .record")).as("nothing came twice").isEqualTo(2);
        browser.type("#tail-key", "only-b");
        client.publish("news", "of another key", "a");
        client.publish("news", "of this key", "only-b");
        browser.findWithText("#tail-rows .record", "of this key");
        assertThat(browser.count("#tail-rows .record")).isEqualTo(3);
    }

    @Test
    void theTailKeepsABoundedNumberOfRows() throws IOException {
        client.create("flood", 1, Map.of());
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 5000; i++) lines.add("{\"n\":" + i + "}");
        client.publishLines("flood", lines, null);
        go("topics/flood/tail");
        browser.find(".toolbar select").sendKeys("the beginning");
        browser.findWithText("#tail-counts", "5,000 records received");
        browser.findWithText("#tail-rows .record:first-child", "{\"n\":4999}");
        assertThat(browser.count("#tail-rows .record")).isEqualTo(300);
    }

    @Test
    void browsesByOffsetAndTimeAndSaysWhyNot() throws IOException {
        client.create("pages", 1, Map.of());
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 120; i++) lines.add("line " + i);
        client.publishLines(
                "pages", lines.stream().map(line -> '"' + line + '"').toList(), null);
        go("topics/pages/browse");
        browser.findWithText("#browse-note", "Offsets 70 to 119");
        browser.findWithText("form.toolbar button", "Older").click();
        browser.findWithText("#browse-note", "Offsets 20 to 69");
        browser.findWithText("form.toolbar button", "First").click();
        browser.findWithText("#browse-note", "Offsets 0 to 49");
        browser.type("#browse-offset", "100");
        browser.find("#browse-offset").sendKeys(Keys.ENTER);
        browser.findWithText("#browse-note", "Offsets 100 to 119");
        browser.script("const time = document.getElementById('browse-time'); time.value = '2001-01-01T00:00:00';"
                + "time.dispatchEvent(new Event('input')); time.form.requestSubmit();");
        browser.findWithText("#browse-note", "Offsets 0 to 49");
        browser.type("#browse-offset", "999");
        browser.find("#browse-offset").sendKeys(Keys.ENTER);
        browser.findWithText(".problem", "OFFSET_OUT_OF_RANGE");
    }

    @Test
    void findsItsWayAmongHundredsOfTopics() throws IOException {
        for (int i = 0; i < 230; i++) client.create(String.format("many-%03d", i), 1, Map.of());
        go("");
        browser.findWithText(".note button", "Show all");
        assertThat(browser.count(".topics tbody tr")).isEqualTo(200);
        browser.type("input[type=search]", "many-229");
        browser.until("one row", () -> browser.count(".topics tbody tr") == 1);
        browser.findWithText(".topics tbody a", "many-229");
        for (int i = 0; i < 230; i++) delete(String.format("many-%03d", i));
    }

    @Test
    void saysThatTheServerIsGoneAndThatItIsBack() {
        go("");
        browser.findWithText("#connection.good", "Connected");
        server.kill();
        browser.findWithText("#connection.bad", "No connection");
        server.start();
        browser.findWithText("#connection.good", "Connected");
    }

    @Test
    void fitsAPhoneAndEveryControlHasAName() throws IOException {
        client.create("small-screen.with-quite-a-long-name.indeed", 3, Map.of());
        client.publish("small-screen.with-quite-a-long-name.indeed", "{\"text\":\"" + "long ".repeat(200) + "\"}", "k");
        for (boolean dark : new boolean[] {false, true}) {
            browser.show(360, 740, dark);
            go("");
            browser.find(".topics tbody tr");
            checkPage("list");
            for (String tab : TABS) {
                go("topics/small-screen.with-quite-a-long-name.indeed/" + tab);
                browser.find(".panel > *");
                checkPage(tab);
            }
        }
        assertThat(browser.complaints()).isEmpty();
    }

    private static void checkPage(String what) {
        assertThat(browser.script("return document.documentElement.scrollWidth - innerWidth"))
                .as("overflow of " + what)
                .isEqualTo(0L);
        assertThat(browser.script("return [...document.querySelectorAll('input, select, textarea, button, a')]"
                        + ".filter(e => !(e.labels?.length || e.getAttribute('aria-label') || e.textContent.trim()))"
                        + ".map(e => e.outerHTML)"))
                .as("controls without a name in " + what)
                .isEqualTo(List.of());
    }

    /** The picture in the README; {@code target/console.png} is copied to where the README finds it. */
    @Test
    void hasItsPictureTaken() throws IOException {
        for (String topic : List.of("earthquakes", "flights", "orders.created", "payments", "sensor.readings")) {
            client.create(topic, 3, Map.of());
        }
        go("");
        browser.findWithText(".topics tbody a", "payments");
        // The chart needs a few samples, and they come one every other second whatever the test does.
        for (int samples = 1; samples <= 10; samples++) {
            publish("earthquakes", 40 + 9 * samples % 25);
            publish("payments", 150 + 40 * (samples % 5));
            publish("sensor.readings", 400 + 70 * (samples % 4));
            if (samples % 3 == 0) publish("orders.created", 20);
            if (samples < 5) publish("flights", 1000);
            String before = (String) browser.script("return document.querySelector('.u-legend .u-value').textContent");
            browser.until(
                    "another sample",
                    () -> !before.equals(
                            browser.script("return document.querySelector('.u-legend .u-value').textContent")));
        }
        assertThat(browser.find("#stat-in").getText()).matches("[1-9].*/s");
        browser.screenshot(Path.of("target", "console.png"));
        browser.show(1280, 860, true);
        browser.screenshot(Path.of("target", "console-dark.png"));
    }

    private static void delete(String topic) throws IOException {
        client.sendForText("DELETE", "/topics/" + topic, null, null);
    }

    private static void publish(String topic, int records) throws IOException {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < records; i++) lines.add("{\"id\":" + i + ",\"at\":\"somewhere\"}");
        client.publishLines(topic, lines, "/id");
    }
}
