package io.letterbox.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The pages that have to work in every browser: the one in the README and the console, both also behind a proxy, with a
 * path prefix as well.
 */
@ParameterizedClass
@EnumSource(Page.Kind.class)
class BrowsersIT {
    private static final String DOCUMENTED_SERVER = "http://localhost:8080";

    /**
     * Keeps what a page writes to the browser's console with two words, which is all that the README's page does with a
     * record.
     */
    private static final String LISTEN =
            "<!doctype html><script>window.seen = []; console.log = (...all) => { if (all.length === 2) seen.push(all);"
                    + " };</script>";

    @TempDir
    private static Path directory;

    private static PageServer pages;
    private static ServerProcess server;
    private static ReverseProxy proxy;
    private static TestClient client;
    private static Page page;

    @Parameter
    private Page.Kind kind;

    @BeforeParameterizedClassInvocation
    static void start(Page.Kind kind) {
        Path own = directory.resolve(kind.name());
        pages = new PageServer();
        server = ServerProcess.in(own.resolve("server"))
                .set("http.corsOrigins", pages.origin())
                .set("sse.retryMinMs", 200)
                .set("sse.retryMaxMs", 400)
                .start();
        client = new TestClient(server.base());
        proxy = ReverseProxy.start(ReverseProxy.Kind.NGINX, own.resolve("proxy"), server, Certificate.in(own));
        page = kind.start(own.resolve("browser"));
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        if (page != null) page.close();
        if (proxy != null) proxy.close();
        if (server != null) server.close();
        if (pages != null) pages.close();
    }

    @Test
    void theReadmesPageOutlivesItsServer() throws IOException {
        client.create("orders", 1, Map.of());
        openReadmesPage(server.base(), "orders");
        client.publish("orders", "before", null);
        awaitSeen("before");
        server.kill();
        // A port that closes the page's connections, twice.
        try (ServerSocket door = new ServerSocket(server.port(), 1, InetAddress.getByName("127.0.0.1"))) {
            door.setSoTimeout((int) Page.LIMIT.toMillis());
            for (int i = 0; i < 2; i++) door.accept().close();
        }
        server.start();
        client.publish("orders", "after", null);
        awaitSeen("before", "after");
    }

    @Test
    void theReadmesPageOutlivesTheRefusalsOfAProxy() throws IOException {
        client.create("refunds", 1, Map.of());
        openReadmesPage(proxy.base(), "refunds");
        client.publish("refunds", "before", null);
        awaitSeen("before");
        server.kill();
        page.until("the page was answered 502", () -> proxy.log().stream()
                .anyMatch(line -> line.contains("/topics/refunds/events?") && line.contains("\" 502 ")));
        server.start();
        client.publish("refunds", "after", null);
        awaitSeen("before", "after");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/letterbox"})
    void theConsoleShowsTailsAndPublishes(String path) throws IOException {
        String topic = "letters" + path.length();
        String console = (path.isEmpty() ? server.base() : proxy.base()) + path + "/#/";
        client.create(topic, 1, Map.of());
        page.complaints();
        page.open(console);
        page.awaitText("tr[data-topic=" + topic + "]", topic);
        page.press("tr[data-topic=" + topic + "] a");
        page.press("#tab-tail");
        page.awaitText("#tail-status.good", "");
        client.publish(topic, "from a program", null);
        page.awaitText("#tail-rows .record", "from a program");
        page.press("#tab-publish");
        page.until(
                "a form",
                () -> page.script("const form = document.querySelector('#publish-value');"
                        + " if (form) { form.value = 'from the console'; form.dispatchEvent(new Event('input',"
                        + " {bubbles: true})); } return form !== null"));
        page.press("#publish-submit");
        page.awaitText("#publish-answer .done", "offset 1");
        assertThat(page.complaints()).isEmpty();
    }

    @Test
    void requestsAndTheModuleStayUnderThePathThatTheyCameFrom() throws IOException {
        page.open(proxy.base().resolve("/letterbox/health/live").toString());
        String create =
                """
                const answer = await fetch("/letterbox/topics/work", {method: "PUT", body: '{"partitions":1}'});
                return new URL(answer.headers.get("location"), answer.url).href;
                """;
        assertThat(page.await(create))
                .isEqualTo(proxy.base().resolve("/letterbox/topics/work").toString());
        String subscribe =
                """
                const { subscribe } = await import("/letterbox/client.js");
                window.seen = [];
                window.stream = subscribe("/letterbox/topics/work/events", {
                  group: "workers", from: "earliest", onRecord: (value, id) => { seen.push([id, value]); }
                });
                """;
        assertThat(page.await(subscribe)).isNull();
        client.publish("work", "before", null);
        awaitSeen("before");
        awaitCommitted("workers", 1);
        server.restart();
        client.publish("work", "after", null);
        awaitSeen("before", "after");
        awaitCommitted("workers", 2);
        page.script("stream.close()");
    }

    private static void openReadmesPage(URI base, String topic) throws IOException {
        Matcher block = Pattern.compile("(?s)\n```html\n(.*?)\n```\n").matcher(Files.readString(Path.of("README.md")));
        assertThat(block.find()).as("a page in the README").isTrue();
        assertThat(block.group(1)).contains(DOCUMENTED_SERVER, "/topics/payments/");
        pages.serve(LISTEN
                + block.group(1)
                        .replace(DOCUMENTED_SERVER, base.toString())
                        .replace("/topics/payments/", "/topics/" + topic + "/"));
        page.open(pages.origin().toString());
    }

    private void awaitSeen(String... values) {
        page.until(
                "the page in " + kind + " has seen " + List.of(values),
                () -> page.script("return seen.map(all => all.at(-1))").equals(List.of(values)));
    }

    private static void awaitCommitted(String group, long offset) {
        page.until(
                group + " has committed " + offset,
                () -> client.get("/groups/" + group).at("/offsets/0/offset").asLong() == offset);
    }
}
