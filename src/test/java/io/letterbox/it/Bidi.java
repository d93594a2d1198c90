package io.letterbox.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A session with a browser over WebDriver BiDi (W3C): a WebSocket with one JSON text for each command, answer and
 * event. Commands are sent one after the other, by the test's thread; answers and events arrive on one of the HTTP
 * client's.
 */
final class Bidi implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final int MAX_EVENTS = 10_000;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<Long, CompletableFuture<JsonNode>> asked = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<JsonNode> events = new ConcurrentLinkedQueue<>();
    private final WebSocket socket;

    // Owned by the test's thread.
    private long lastId;

    /** @param uri of the session's WebSocket, such as {@code ws://127.0.0.1:9222/session} */
    Bidi(URI uri) {
        socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .connectTimeout(LIMIT)
                .buildAsync(uri, new Listener())
                .join();
    }

    /** Assembles texts from their parts. */
    private final class Listener implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                heard(text.toString());
                text.setLength(0);
            }
            from.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket from, int status, String reason) {
            fail(new IOException("closed by the browser: " + status + " " + reason));
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            fail(error);
        }
    }

    private void heard(String text) {
        try {
            JsonNode message = JSON.readTree(text);
            if (message.path("type").asText().equals("event")) {
                if (events.size() < MAX_EVENTS) events.add(message);
                return;
            }
            CompletableFuture<JsonNode> answer = asked.remove(message.path("id").asLong());
            if (answer != null) answer.complete(message);
        } catch (IOException e) {
            fail(e);
        }
    }

    private void fail(Throwable why) {
        asked.values().forEach(answer -> answer.completeExceptionally(why));
    }

    /**
     * Sends a command and waits for its result.
     *
     * @throws IllegalStateException if the browser refuses it, or does not answer
     */
    JsonNode call(String method, Object parameters) {
        long id = ++lastId;
        ObjectNode command = JSON.createObjectNode().put("id", id).put("method", method);
        command.set("params", JSON.valueToTree(parameters));
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        asked.put(id, answer);
        try {
            socket.sendText(JSON.writeValueAsString(command), true).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            JsonNode message = answer.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            if (!message.path("type").asText().equals("success")) {
                throw new IllegalStateException(method + ": " + message);
            }
            return message.get("result");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("no answer to " + method, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The events since the last call, oldest first. */
    List<JsonNode> events() {
        List<JsonNode> all = new ArrayList<>();
        for (JsonNode event = events.poll(); event != null; event = events.poll()) all.add(event);
        return all;
    }

    @Override
    public void close() {
        socket.abort();
    }
}
