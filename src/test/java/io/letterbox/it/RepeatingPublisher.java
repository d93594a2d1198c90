package io.letterbox.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.letterbox.it.History.Placed;
import io.letterbox.record.TopicPartition;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A publisher that continues whatever happens to the server or a proxy in front of it: one value after the other, each
 * under an {@code Idempotency-Key}, repeated until it is acknowledged. It works on a thread of its own; its results can
 * be read on any thread.
 */
final class RepeatingPublisher implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(30);
    private static final long PAUSE_MS = 10;
    private static final long JOIN_MS = 60_000;

    /** The statuses of a proxy without a server, and of a server that stops or starts. */
    private static final Set<Integer> NOT_NOW = Set.of(502, 503, 504);

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI base;
    private final String topic;
    private final String name;
    private final Queue<Placed> acknowledged = new ConcurrentLinkedQueue<>();
    private final Thread thread;
    private volatile boolean stopped;
    private volatile int repeated;
    private volatile Throwable failure;

    /** Begins. @param name which makes its values and keys different from those of others */
    RepeatingPublisher(URI base, String topic, String name) {
        this.base = base;
        this.topic = topic;
        this.name = name;
        this.thread = new Thread(this::run, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        try {
            for (int i = 0; !stopped; i++) publish(name + "-" + i);
        } catch (InterruptedException | RuntimeException e) {
            failure = e;
        }
    }

    private void publish(String value) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(base.resolve("/topics/" + topic))
                .timeout(ANSWER_LIMIT)
                .header("Content-Type", "text/plain")
                .header("Idempotency-Key", '"' + value + '"')
                .POST(BodyPublishers.ofString(value))
                .build();
        while (true) {
            try {
                HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
                if (answer.statusCode() == 200) {
                    acknowledged.add(placed(JSON.readTree(answer.body()), value));
                    return;
                }
                if (!NOT_NOW.contains(answer.statusCode())) {
                    throw new IllegalStateException(answer.statusCode() + " " + answer.body());
                }
            } catch (IOException e) {
                // Whether it was written is unknown: the key makes the repetition safe.
            }
            repeated++;
            Thread.sleep(PAUSE_MS);
        }
    }

    private Placed placed(JsonNode answer, String value) {
        TopicPartition partition =
                new TopicPartition(topic, answer.get("partition").asInt());
        return new Placed(partition, answer.get("offset").asLong(), value);
    }

    /** The acknowledged records so far. */
    List<Placed> acknowledged() {
        return new ArrayList<>(acknowledged);
    }

    /** How many requests had to be repeated. */
    int repeated() {
        return repeated;
    }

    /** An unexpected answer to a publisher, or null. */
    Throwable failure() {
        return failure;
    }

    /** Returns when the last value is acknowledged, too. */
    @Override
    public void close() {
        stopped = true;
        try {
            thread.join(JOIN_MS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        if (thread.isAlive()) throw new IllegalStateException(name + " waits for an answer that does not come");
    }
}
