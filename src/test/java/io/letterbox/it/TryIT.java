package io.letterbox.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;

/** The page at /try in a real browser; and every program on it, run as it is shown. */
class TryIT {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final String VALUE = "{\"hello\":\"world\"}";

    @TempDir
    private static Path directory;

    private static Path site;
    private static ServerProcess server;
    private static TestClient client;
    private static Browser browser;
    private final List<Process> started = new ArrayList<>();

    @BeforeAll
    static void start() throws IOException {
        site = Files.createDirectories(directory.resolve("site"));
        server = ServerProcess.in(directory).set("http.staticDir", site).start();
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

    @AfterEach
    void end() {
        started.forEach(Process::destroyForcibly);
    }

    private static void open(String topic) {
        browser.open(server.base() + "/try?topic=" + topic);
        browser.until("the address of the Kafka door", () -> code("kcat").contains(server.bootstrap()));
    }

    private static String code(String language) {
        browser.click("#language-" + language);
        return String.join("\n", codes());
    }

    private static List<String> codes() {
        return browser.find("main").findElements(By.cssSelector(".try-snippet code")).stream()
                .map(code -> code.getDomProperty("textContent"))
                .toList();
    }

    /** The complaints of the page, except for the 404 of a topic that does not exist yet. */
    private static List<String> complaints(String topic) {
        return browser.complaints().stream()
                .filter(complaint ->
                        !complaint.contains("/topics/" + topic + " ") && !complaint.contains("/topics/greetings "))
                .toList();
    }

    @Test
    void aRecordThatIsPublishedIsSeen() throws IOException {
        browser.open(server.base() + "/");
        browser.open(server.base() + "/try");
        browser.type("#topic", "not/valid");
        assertThat(browser.find("#publish").isEnabled()).isFalse();
        browser.type("#topic", "letters");
        browser.findWithText("#stream", "the first record makes it");
        browser.click("#publish");
        browser.findWithText("#answer .done", "partition 0, offset 0");
        browser.findWithText("#rows li", VALUE);
        browser.find("#stream.good");
        client.publish("letters", "<b>from elsewhere</b>", null);
        browser.findWithText("#rows li:first-child", "<b>from elsewhere</b>");
        browser.type("#value", "plain");
        browser.click("#publish");
        browser.findWithText("#answer .done", "offset 2");
        browser.findWithText("#rows li:first-child", "plain");
        assertThat(complaints("letters")).isEmpty();
    }

    @Test
    void itFitsAndIsDrawnInBothSchemes() throws IOException {
        open("pictures");
        browser.click("#publish");
        browser.findWithText("#rows li", VALUE);
        for (int width : new int[] {1280, 360}) {
            browser.show(width, 860, width == 360);
            browser.until("no wider than the window", () ->
                    (Boolean) browser.script("return document.documentElement.scrollWidth <= innerWidth"));
            browser.screenshot(Path.of("target/try-" + width + ".png"));
        }
        browser.show(360, 740, false);
        browser.click("#language-java");
        assertThat((Boolean) browser.script("return document.documentElement.scrollWidth <= innerWidth"))
                .isTrue();
    }

    @Test
    void curlDoesWhatIsWritten() throws Exception {
        open("by-curl");
        code("curl");
        runPublishAndRead(List.of("bash", "-c"));
    }

    @Test
    void pythonDoesWhatIsWritten() throws Exception {
        open("by-python");
        code("python");
        runPublishAndRead(List.of("python3", "-c"));
    }

    @Test
    void kcatDoesWhatIsWritten() throws Exception {
        open("by-kcat");
        code("kcat");
        runPublishAndRead(List.of("bash", "-c"));
        assertThat(client.log("by-kcat").values().stream().mapToInt(List::size).sum())
                .isEqualTo(1);
    }

    private void runPublishAndRead(List<String> interpreter) throws Exception {
        List<String> codes = codes();
        assertThat(codes).hasSize(2);
        List<String> publish = new ArrayList<>(interpreter);
        publish.add(codes.get(0));
        assertThat(run("publish", publish).waitFor()).isZero();
        List<String> read = new ArrayList<>(interpreter);
        read.add(codes.get(1));
        run("read", read);
        awaitOutput("read");
    }

    @Test
    void javaDoesWhatIsWritten() throws Exception {
        open("by-java");
        String source = code("java");
        Path program = Files.writeString(directory.resolve("Try.java"), source);
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        run("java", List.of(java, "-cp", System.getProperty("java.class.path"), program.toString()));
        awaitOutput("java");
    }

    @Test
    void aPageDoesWhatIsWrittenWhereTheServerServesIt() throws Exception {
        open("by-page");
        String page = code("javascript");
        assertThat(browser.find(".note").isDisplayed()).isTrue();
        Files.writeString(site.resolve("index.html"), page);
        browser.open(server.base() + "/static/");
        browser.findWithText("#records", VALUE);
        assertThat(server.output())
                .contains("Serving the files of " + site.toRealPath() + " at " + server.base() + "/static/");
    }

    private Process run(String name, List<String> command) throws IOException {
        Path output = directory.resolve(name + ".out");
        Files.deleteIfExists(output);
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        started.add(process);
        return process;
    }

    private void awaitOutput(String name) {
        Path output = directory.resolve(name + ".out");
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(Files.readString(output)).contains(VALUE));
    }

    @Test
    void belowAPrefixThePageAndItsProgramsHaveIt() throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        HttpServer proxy = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        proxy.setExecutor(threads);
        HttpClient forward =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        proxy.createContext("/box/", exchange -> pass(forward, exchange));
        proxy.start();
        try {
            String base = "http://127.0.0.1:" + proxy.getAddress().getPort() + "/box/";
            browser.open(base + "try?topic=prefixed");
            browser.findWithText(".try-snippet", base + "topics/prefixed");
            browser.findWithText("#stream", "the first record makes it");
            browser.click("#publish");
            browser.findWithText("#rows li", VALUE);
            WebElement console = browser.find(".brand");
            assertThat(console.getDomProperty("href")).isEqualTo(base);
            assertThat(complaints("prefixed")).isEmpty();
        } finally {
            browser.open("about:blank");
            proxy.stop(0);
            threads.shutdownNow();
        }
    }

    /** Passes a request on without its prefix, and its response back unchanged. */
    private static void pass(HttpClient forward, HttpExchange exchange) throws IOException {
        String target = exchange.getRequestURI().toString().substring("/box".length());
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server.base() + target))
                .method(
                        exchange.getRequestMethod(),
                        HttpRequest.BodyPublishers.ofByteArray(
                                exchange.getRequestBody().readAllBytes()));
        for (String name : List.of("Content-Type", "Last-Event-ID", "Accept")) {
            String value = exchange.getRequestHeaders().getFirst(name);
            if (value != null) request.header(name, value);
        }
        try (exchange) {
            HttpResponse<InputStream> answer = forward.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
            answer.headers().firstValue("content-type").ifPresent(type -> exchange.getResponseHeaders()
                    .set("Content-Type", type));
            exchange.sendResponseHeaders(answer.statusCode(), answer.statusCode() == 204 ? -1 : 0);
            try (InputStream in = answer.body();
                    OutputStream out = exchange.getResponseBody()) {
                byte[] buffer = new byte[8192];
                for (int read; (read = in.read(buffer)) >= 0; ) {
                    out.write(buffer, 0, read);
                    out.flush();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
