package io.letterbox.cli;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Publishes records without a value, one request each. */
final class Tombstones {
    private final ServerClient server;
    private final String path;
    private final Map<String, String> headers;

    Tombstones(ServerClient server, String topic, Map<String, String> headers) {
        this.server = server;
        this.path = "/topics/" + ServerClient.segment(topic) + "/records?key=";
        this.headers = headers;
    }

    /**
     * Publishes a tombstone for each key, in order, and prints how many were acknowledged.
     *
     * @throws Failure at the first that the server refuses; those before it are written
     */
    int write(List<String> keys, Terminal terminal, JsonOption json) throws InterruptedException {
        long written = 0;
        try {
            for (String key : keys) {
                HttpResponse<byte[]> response = server.sendWithRetries(() -> request(key), false, () -> false);
                if (response.statusCode() / 100 != 2) {
                    throw ServerClient.refusal(response, response.body());
                }
                written++;
                if (json.wanted()) {
                    terminal.out().println(new String(response.body(), StandardCharsets.UTF_8));
                }
            }
            return ExitCode.OK;
        } finally {
            terminal.err().println("letterbox: " + ReadableNumbers.count(written, "tombstone") + " acknowledged");
        }
    }

    private HttpRequest.Builder request(String key) {
        HttpRequest.Builder request =
                server.request(path + ServerClient.segment(key)).DELETE();
        headers.forEach((name, value) -> request.header(RecordHeaders.PREFIX + name, value));
        return request;
    }
}
