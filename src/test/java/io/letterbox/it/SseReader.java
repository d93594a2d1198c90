package io.letterbox.it;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;

/**
 * An event source by WHATWG HTML section 9.2, as far as the tests need it: it dispatches an event at an empty line,
 * drops an unfinished one, keeps the last id, and sends it when it reconnects after any end of the connection.
 *
 * <p>Has one thread of its own, which calls the consumer. {@link #close()} ends it.
 */
final class SseReader implements AutoCloseable {
    /** One event: the last id so far, the type ("message" where none was given), and the data with LF between lines. */
    record Event(String id, String type, String data) {}

    private static final long RECONNECT_MS = 50;

    /** The statuses before a topic exists or after its deletion, and those of a proxy without a server. */
    private static final Set<Integer> NOT_NOW = Set.of(404, 502, 503, 504);

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI uri;
    private final Consumer<Event> consumer;
    private final Thread thread;
    private volatile boolean closed;
    private volatile InputStream open;
    private volatile int connections;
    private volatile String lastId = "";
    private volatile Throwable failure;

    SseReader(URI uri, Consumer<Event> consumer) {
        this.uri = uri;
        this.consumer = consumer;
        this.thread = new Thread(this::run, "sse-reader");
        thread.setDaemon(true);
        thread.start();
    }

    /** How many times a stream has been opened with success. */
    int connections() {
        return connections;
    }

    /** The id of the last event that had one. */
    String lastId() {
        return lastId;
    }

    /** Why the reader gave up, or null while all is well: a refusal, or an exception of the consumer. */
    Throwable failure() {
        return failure;
    }

    private void run() {
        while (!closed) {
            try {
                readOnce();
            } catch (IOException e) {
                pause(); // The server is down, or has ended the stream: an event source reconnects.
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException | AssertionError e) {
                failure = e;
                return;
            }
        }
    }

    private void readOnce() throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .header("Accept", "text/event-stream")
                .timeout(Duration.ofSeconds(10));
        if (!lastId.isEmpty()) {
            request.header("Last-Event-ID", lastId);
        }
        HttpResponse<InputStream> response = client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream body = response.body()) {
            if (NOT_NOW.contains(response.statusCode())) {
                throw new IOException("not now: " + response.statusCode());
            }
            if (response.statusCode() != 200) {
                throw new IllegalStateException(
                        response.statusCode() + " " + new String(body.readAllBytes(), StandardCharsets.UTF_8));
            }
            open = body;
            connections++;
            read(new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8), 1 << 16));
        }
        throw new IOException("the stream ended");
    }

    private void read(BufferedReader lines) throws IOException {
        StringBuilder data = new StringBuilder();
        String type = "";
        String id = lastId;
        boolean anyData = false;
        for (String line = lines.readLine(); line != null && !closed; line = lines.readLine()) {
            if (line.isEmpty()) {
                lastId = id;
                if (anyData) {
                    consumer.accept(new Event(id, type.isEmpty() ? "message" : type, data.toString()));
                }
                data.setLength(0);
                anyData = false;
                type = "";
            } else if (line.startsWith("data:")) {
                if (anyData) {
                    data.append('\n');
                }
                anyData = true;
                data.append(value(line, 5));
            } else if (line.startsWith("id:")) {
                id = value(line, 3);
            } else if (line.startsWith("event:")) {
                type = value(line, 6);
            }
        }
    }

    private static String value(String line, int from) {
        return line.startsWith(" ", from) ? line.substring(from + 1) : line.substring(from);
    }

    private void pause() {
        try {
            Thread.sleep(RECONNECT_MS);
        } catch (InterruptedException e) {
            closed = true;
        }
    }

    @Override
    public void close() {
        closed = true;
        InputStream stream = open;
        try {
            if (stream != null) {
                stream.close();
            }
            thread.interrupt();
            thread.join(10_000);
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
