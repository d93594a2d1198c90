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

/** The console in a real browser with a real server. */
class ConsoleIT {
    private static final String HOSTILE =
            "<img src=x onerror=\"window.hacked=1\"><script>window.hacked=2</script>\u2028\"'&lt;";
    private static final List<String> TABS =
            List.of("partitions", "tail", "browse", "consumers", "publish", "settings");

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
        assertThat(browser.find("#places").getText())
                .as("alone there is no cluster")
                .doesNotContain("Cluster");
        browser.until("two partitions", () -> browser.count(".partitions tbody tr") == 2);

        browser.click("#tab-publish");
        browser.type("#publish-value", "{\"to\":\"everybody\"}");
        browser.type("#publish-key", "alice");
        browser.findWithText(".header-rows + button", "Add a header").click();
        browser.type("input[aria-label='Header name']", "trace");
        browser.type("input[aria-label='Header value']", "abc ü 日本 ");
        browser.click("#publish-submit");
        browser.findWithText("#publish-answer .done", "offset 0");
        assertThat(browser.script("const r = document.querySelector('#publish-answer').getBoundingClientRect();"
                        + "return r.top >= 0 && r.bottom <= innerHeight"))
                .as("the answer is in sight")
                .isEqualTo(true);

        browser.click("#tab-browse");
        browser.until("all or one of two partitions", () -> browser.count("#browse-partition option") == 3);
        browser.findWithText("#browse-rows .record", "alice").click();
        browser.findWithText("#browse-rows pre", "\"to\": \"everybody\"");
        browser.findWithText("#browse-rows dl", "Header trace");
        assertThat(browser.find("#browse-rows dl").getDomProperty("textContent"))
                .contains("abc ü 日本 ")
                .doesNotContain("base64");
        browser.findWithText("#browse-rows dl", "application/json");

        browser.click("#tab-settings");
        browser.type("#setting-retention-ms", "1 h");
        browser.findWithText("#settings-pending", "1 setting is changed");
        browser.click("#tab-partitions");
        browser.findWithText("#tab-settings", "not saved").click();
        browser.findWithText(".settings .reading", "3600000 = 1 h");
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
        browser.until("the filter is for what is shown, too", () -> browser.count("#tail-rows .record") == 0);
        client.publish("news", "of another key", "a");
        client.publish("news", "of this key", "only-b");
        browser.findWithText("#tail-rows .record", "of this key");
        assertThat(browser.count("#tail-rows .record")).isEqualTo(1);
        browser.findWithText("#tail-counts", "4 records received, 1 matches");
        browser.type("#tail-value", "no value has this");
        browser.findWithText("#tail-counts", "0 match");
        browser.type("#tail-key", "a");
        browser.type("#tail-value", "paused");
        browser.findWithText("#tail-rows .record", "while paused").click();
        assertThat(browser.count("#tail-rows .record")).isEqualTo(1);
        client.publish("news", "not paused", "a");
        browser.findWithText("#tail-waiting", "1 new record above");
        browser.findWithText("#tail-rows pre", "while paused");
        browser.click("#tail-waiting");
        browser.findWithText("#tail-rows .record:first-child", "not paused");
    }

    /**
     * A browser has six connections per host for all its tabs; the eighth tab loads, because hidden ones close their
     * streams.
     */
    @Test
    void eightTailsLoadAndAHiddenOneMissesNothing() throws IOException {
        client.create("tabs", 2, Map.of());
        String first = browser.tab();
        List<String> others = new ArrayList<>();
        go("topics/tabs/tail");
        browser.find("#tail-status.good");
        client.publish("tabs", "before", "a");
        browser.findWithText("#tail-rows .record", "before");
        for (int tab = 2; tab <= 8; tab++) {
            others.add(browser.newTab());
            go("topics/tabs/tail");
            browser.find("#tail-status.good");
        }
        for (int i = 0; i < 25; i++) client.publish("tabs", "hidden " + i, "k" + i);
        for (String other : others) {
            browser.goTo(other);
            browser.closeTab();
        }
        browser.show(first);
        browser.findWithText("#tail-passed", "25 records were published while this page was hidden");
        browser.findWithText("#tail-counts", "26 records received");
        client.publish("tabs", "after", "a");
        browser.findWithText("#tail-rows .record:first-child", "after");
        assertThat(browser.count("#tail-rows .record")).isEqualTo(27);
        browser.findWithText("#tail-passed", "25 records were");
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
        for (int i = 0; i < 120; i++) lines.add("\"line " + i + '"');
        client.publishLines("pages", lines, null);
        go("topics/pages/browse");
        browser.findWithText("#browse-note", "50 records; 70 more");
        browser.findWithText("#browse-rows .record:first-child", "0:119");
        browser.click("#browse-more");
        browser.findWithText("#browse-note", "100 records; 20 more");
        browser.click("#browse-more");
        browser.findWithText("#browse-note", "120 records; that is all");
        browser.findWithText("#browse-rows .record:last-child", "0:0");
        browser.find("#browse-order").sendKeys("oldest first");
        browser.findWithText("#browse-rows .record:first-child", "0:0");
        browser.find("#browse-partition").sendKeys("0");
        browser.type("#browse-offset", "100");
        browser.find("#browse-offset").sendKeys(Keys.ENTER);
        browser.findWithText("#browse-note", "20 records; that is all");
        browser.findWithText("#browse-rows .record:first-child", "0:100");
        browser.script("const time = document.getElementById('browse-time'); time.value = '2001-01-01T00:00:00';"
                + "time.dispatchEvent(new Event('input')); time.form.requestSubmit();");
        browser.findWithText("#browse-rows .record:first-child", "0:0");
        browser.type("#browse-offset", "999");
        browser.find("#browse-offset").sendKeys(Keys.ENTER);
        browser.findWithText(".problem", "OFFSET_OUT_OF_RANGE");
    }

    @Test
    void findsWhatAFilterLetsThroughInAllPartitions() throws IOException {
        client.create("sales", 4, Map.of());
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) lines.add("{\"amount\":" + i + ",\"by\":\"u" + i % 7 + "\"}");
        client.publishLines("sales", lines, "/by");
        client.publish("sales", "no json", "u1");
        go("topics/sales/browse");
        browser.type("#browse-where", "/amount >= 1998 or /amount = 3.0");
        browser.find("#browse-where").sendKeys(Keys.ENTER);
        browser.findWithText("#browse-note", "3 matches in 2,001 records, of which 1 is not JSON; that is all");
        browser.findWithText("#browse-rows .record", "\"amount\":3,").click();
        browser.findWithText("#browse-rows button", "All of this key").click();
        browser.until("the key as a filter", () -> "key = \"u3\""
                .equals(browser.find("#browse-where").getDomProperty("value")));
        browser.findWithText("#browse-note", "50 matches in");
        browser.type("#browse-where", "/amount >");
        browser.find("#browse-where").sendKeys(Keys.ENTER);
        browser.findWithText(".problem", "at character 10");
    }

    @Test
    void showsNumbersAsTheyWerePublished() throws IOException {
        String value = "{\"order\":7205759403792793601,\"balance\":0.1000000000000000055511,\"rate\":1e400,"
                + "\"price\":12.50,\"k\":1,\"k\":2,\"list\":[],\"of\":{\"a\":[1.0,{}]}}";
        client.create("exact", 1, Map.of("segment.ms", "9007199254740993"));
        client.publish("exact", value, "k");
        go("topics/exact/browse");
        browser.find("#browse-rows .record").click();
        assertThat(browser.find("#browse-rows pre").getText().replaceAll("\\s", ""))
                .isEqualTo(value);
        browser.findWithText("#browse-rows button", "Edit and publish").click();
        browser.until(
                "the same text",
                () -> value.equals(browser.find("#publish-value").getDomProperty("value")));
        browser.click("#publish-submit");
        browser.findWithText("#publish-answer .done", "offset 1");
        assertThat(client.log("exact").values().iterator().next().get(1).value())
                .isEqualTo(value);
        browser.click("#tab-settings");
        browser.until("the setting's digits", () -> "9007199254740993"
                .equals(browser.find("#setting-segment-ms").getDomProperty("value")));
        browser.findWithText(".settings .reading", "9223372036854775807 = no limit");
        assertThat(browser.await("const { parse, stringify } = await import('/console/json.js');"
                        + "const text = '{\"offset\":9007199254740993,\"a\":\"9007199254740993\","
                        + "\"n\":[-9223372036854775808,1,0.5]}';return stringify(parse(text)) === text &&"
                        + " String(parse(text).offset)"))
                .isEqualTo("9007199254740993");
    }

    @Test
    void aKeyIsTakenBack() throws IOException {
        client.create("people", 1, Map.of("cleanup.policy", "compact"));
        client.publish("people", "Ann", "A-17");
        go("topics/people/browse");
        browser.find("#browse-rows .record").click();
        browser.findWithText("#browse-rows button", "Delete this key").click();
        browser.click("dialog button.danger");
        browser.findWithText(".toast", "tombstone is published");
        browser.click("#browse-go");
        browser.findWithText("#browse-rows .record:first-child", "null");
        browser.click("#tab-publish");
        browser.click("#publish-none");
        browser.click("#publish-submit");
        browser.findWithText("#publish-answer .problem", "A key is missing");
        browser.type("#publish-key", "A-18");
        browser.click("#publish-submit");
        browser.findWithText("#publish-answer .done", "offset 2");
    }

    @Test
    void whatIsNotThereOffersNothing() {
        go("topics/no-such-topic/publish");
        browser.findWithText("#main", "There is no topic of this name");
        assertThat(browser.find("#main").getText()).doesNotContain("Publish", "Settings");
        go("groups/no-such-group");
        browser.findWithText(".problem", "UNKNOWN_GROUP");
        assertThat(browser.find("#main").getText()).doesNotContain("Move the group", "Delete");
        browser.complaints();
    }

    @Test
    void theKeyboardGoesThroughTabsAndFollowsTheView() throws IOException {
        client.create("keys", 1, Map.of());
        go("topics/keys/partitions");
        browser.find("#tab-partitions").sendKeys(Keys.END);
        browser.find("#tab-settings[aria-selected=true]").sendKeys(Keys.HOME);
        browser.find("#tab-partitions[aria-selected=true]").sendKeys(Keys.ARROW_LEFT);
        browser.find("#tab-settings[aria-selected=true]");
        browser.find("#places a").click();
        browser.find(".topics");
        assertThat(browser.script("return document.activeElement.id")).isEqualTo("main");
        assertThat(browser.script("return document.getElementById('announcer').textContent"))
                .isEqualTo("Topics");
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
        assertThat(browser.script("return [...document.querySelectorAll('button, a, input, select, summary')]"
                        + ".filter(e => e.offsetParent && e.id !== 'skip' && e.type !== 'checkbox')"
                        + ".filter(e => e.getBoundingClientRect().height < 24)"
                        + ".map(e => e.outerHTML)"))
                .as("targets below 24 px in " + what)
                .isEqualTo(List.of());
        assertThat((Long) browser.script("return Math.round(document.querySelector('.bar').offsetHeight)"))
                .as("height of the bar")
                .isLessThanOrEqualTo(48L);
    }

    /** Takes the picture for the README; {@code target/console.png} is copied to the README's place by hand. */
    @Test
    void hasItsPictureTaken() throws IOException {
        for (String topic : List.of("earthquakes", "flights", "orders.created", "payments", "sensor.readings")) {
            client.create(topic, 3, Map.of());
        }
        go("");
        browser.findWithText(".topics tbody a", "payments");
        // The chart needs a few samples, of which there is one every other second.
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
