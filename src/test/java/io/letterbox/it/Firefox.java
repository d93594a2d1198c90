package io.letterbox.it;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;

/**
 * Debian's Firefox ESR, driven directly over WebDriver BiDi; geckodriver, which Selenium would need, is not among
 * Debian's packages.
 */
final class Firefox implements Page {
    private static final ObjectMapper JSON =
            new ObjectMapper().configure(DeserializationFeature.USE_LONG_FOR_INTS, true);

    /** No requests besides those of the page; the remote agent sets everything else that tests need. */
    private static final List<String> PREFERENCES = List.of(
            "user_pref('app.normandy.enabled', false);",
            "user_pref('app.update.enabled', false);",
            "user_pref('browser.safebrowsing.malware.enabled', false);",
            "user_pref('browser.safebrowsing.phishing.enabled', false);",
            "user_pref('browser.shell.checkDefaultBrowser', false);",
            "user_pref('browser.startup.page', 0);",
            "user_pref('datareporting.policy.dataSubmissionEnabled', false);",
            // A page of JSON is to be that page, not a viewer.
            "user_pref('devtools.jsonview.enabled', false);",
            "user_pref('network.captive-portal-service.enabled', false);",
            "user_pref('network.connectivity-service.enabled', false);",
            "user_pref('network.proxy.type', 0);",
            "user_pref('services.settings.server', 'data:,');",
            "user_pref('toolkit.telemetry.enabled', false);");

    private final ForeignProcess process;
    private final Bidi bidi;
    private final String context;

    /** @param directory for the profile */
    Firefox(Path directory) {
        try {
            Files.createDirectories(directory);
            Files.write(directory.resolve("user.js"), PREFERENCES);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        process = ForeignProcess.start(
                directory,
                List.of(
                        ForeignProcess.find("firefox-esr", "firefox-esr", "firefox"),
                        "--headless",
                        "--no-remote",
                        "--profile",
                        directory.toString(),
                        "--remote-debugging-port",
                        "0"));
        bidi = new Bidi(address(directory.resolve("WebDriverBiDiServer.json")));
        bidi.call("session.new", Map.of("capabilities", Map.of("alwaysMatch", Map.of("acceptInsecureCerts", true))));
        bidi.call("session.subscribe", Map.of("events", List.of("log.entryAdded")));
        context = bidi.call("browsingContext.getTree", Map.of())
                .at("/contexts/0/context")
                .asText();
    }

    /** The address that it listens on, from a file in its profile. */
    private URI address(Path file) {
        JsonNode address = Awaitility.await("Firefox listens")
                .atMost(LIMIT)
                .pollInterval(POLL)
                .until(
                        () -> {
                            if (!process.isAlive()) throw new IllegalStateException(process.output());
                            return Files.exists(file) ? JSON.readTree(file.toFile()) : JSON.createObjectNode();
                        },
                        found -> found.has("ws_port"));
        return URI.create("ws://" + address.get("ws_host").asText() + ":"
                + address.get("ws_port").asInt() + "/session");
    }

    @Override
    public void open(String url) {
        bidi.call("browsingContext.navigate", Map.of("context", context, "url", url, "wait", "complete"));
    }

    @Override
    public void back() {
        bidi.call("browsingContext.traverseHistory", Map.of("context", context, "delta", -1));
    }

    @Override
    public Object script(String script, Object... arguments) {
        return call(
                "given => JSON.stringify((function() {" + script + "}).apply(window, JSON.parse(given)))", arguments);
    }

    @Override
    public Object await(String body, Object... arguments) {
        return call(
                "async text => { const given = JSON.parse(text); try { return JSON.stringify(await (async () => {"
                        + body + "})()) } catch (error) { return JSON.stringify('FAILED ' + error) } }",
                arguments);
    }

    /** Arguments and result are passed as JSON, because BiDi wraps each of its own values. */
    private Object call(String function, Object... arguments) {
        try {
            JsonNode answer = bidi.call(
                    "script.callFunction",
                    Map.of(
                            "functionDeclaration",
                            function,
                            "target",
                            Map.of("context", context),
                            "awaitPromise",
                            true,
                            "arguments",
                            List.of(Map.of("type", "string", "value", JSON.writeValueAsString(arguments)))));
            if (!answer.path("type").asText().equals("success")) {
                throw new IllegalStateException(
                        answer.at("/exceptionDetails/text").asText() + " in " + function);
            }
            JsonNode result = answer.get("result");
            return result.has("value") ? JSON.readValue(result.get("value").asText(), Object.class) : null;
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public List<String> complaints() {
        return bidi.events().stream()
                .map(event -> event.get("params"))
                .filter(entry ->
                        List.of("error", "warn").contains(entry.path("level").asText()))
                .map(entry -> entry.path("text").asText())
                .toList();
    }

    @Override
    public void close() {
        bidi.close();
        process.close();
    }
}
