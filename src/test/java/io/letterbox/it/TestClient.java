package io.letterbox.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.letterbox.it.History.Placed;
import io.letterbox.record.TopicPartition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** An HTTP client of the server, as in a user's program. Safe from any thread; one connection per working thread. */
public final class TestClient {
    /** A response that is not 2xx: its status and its problem document. */
    static final class RefusedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final int status;

        RefusedException(int status, String body) {
            super(status + " " + body);
            this.status = status;
        }

        int status() {
            return status;
        }
    }

    private static final int PAGE_RECORDS = 10_000;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI base;

    public TestClient(URI base) {
        this.base = base;
    }

    /** Creates a topic. */
    public void create(String topic, int partitions, Map<String, String> config) {
        JsonNode body = JSON.createObjectNode().put("partitions", partitions).set("config", JSON.valueToTree(config));
        unchecked(() -> send("PUT", "/topics/" + topic, "application/json", body.toString()));
    }

    /** Publishes one value; returns its position. */
    Placed publish(String topic, String value, String key) throws IOException {
        String query = key == null ? "" : "?key=" + URLEncoder.encode(key, StandardCharsets.UTF_8);
        JsonNode answer = send("POST", "/topics/" + topic + query, "text/plain", value);
        return placed(topic, answer, value);
    }

    /** Publishes values as lines of NDJSON; returns their positions. */
    List<Placed> publishLines(String topic, List<String> lines, String keyField) throws IOException {
        String query = keyField == null ? "" : "?keyField=" + keyField;
        JsonNode answer =
                send("POST", "/topics/" + topic + query, "application/x-ndjson", String.join("\n", lines) + "\n");
        JsonNode records = answer.get("records");
        if (records == null || records.size() != lines.size()) {
            throw new IllegalStateException(lines.size() + " records expected in " + answer);
        }
        List<Placed> placed = new ArrayList<>(lines.size());
        for (int i = 0; i < lines.size(); i++) {
            placed.add(placed(topic, records.get(i), lines.get(i)));
        }
        return placed;
    }

    private static Placed placed(String topic, JsonNode answer, String value) {
        if (!answer.hasNonNull("partition") || !answer.hasNonNull("offset")) {
            throw new IllegalStateException("no place in " + answer);
        }
        TopicPartition partition =
                new TopicPartition(topic, answer.get("partition").asInt());
        return new Placed(partition, answer.get("offset").asLong(), value);
    }

    /** Every record of a topic, page by page. */
    Map<TopicPartition, List<Placed>> log(String topic) {
        Map<TopicPartition, List<Placed>> log = new HashMap<>();
        JsonNode partitions = describe(topic).get("partitions");
        for (JsonNode partition : partitions) {
            TopicPartition name =
                    new TopicPartition(topic, partition.get("partition").asInt());
            log.put(
                    name,
                    records(
                            name,
                            partition.get("logStartOffset").asLong(),
                            partition.get("lastStableOffset").asLong()));
        }
        return log;
    }

    private List<Placed> records(TopicPartition partition, long from, long upTo) {
        List<Placed> records = new ArrayList<>();
        long next = from;
        while (next < upTo) {
            JsonNode page = get("/topics/" + partition.topic() + "/records?partition=" + partition.partition()
                    + "&offset=" + next + "&limit=" + PAGE_RECORDS);
            JsonNode rows = page.get("records");
            // A page without records may still lead past markers and aborted records.
            if (page.get("nextOffset").asLong() <= next) {
                throw new IllegalStateException("nothing at " + next + " of " + partition + ", below " + upTo);
            }
            for (JsonNode row : rows) {
                records.add(new Placed(
                        partition, row.get("offset").asLong(), row.get("value").asText()));
            }
            next = page.get("nextOffset").asLong();
        }
        return records;
    }

    /** A topic's description, as the server gives it. */
    public JsonNode describe(String topic) {
        return get("/topics/" + topic);
    }

    /** The sum over all labels of a metric, 0 if there is none of this name. */
    public double metric(String name) {
        String text = unchecked(() -> sendForText("GET", "/metrics", null, null));
        return text.lines()
                .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    JsonNode get(String path) {
        return unchecked(() -> send("GET", path, null, null));
    }

    private JsonNode send(String method, String path, String contentType, String body) throws IOException {
        return JSON.readTree(sendForText(method, path, contentType, body));
    }

    /**
     * Sends one request.
     *
     * @throws RefusedException if the answer is not 2xx
     * @throws IOException if there is no answer: the server may or may not have carried it out
     */
    String sendForText(String method, String path, String contentType, String body) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path))
                .timeout(Duration.ofSeconds(30))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (contentType != null) {
            request.header("Content-Type", contentType);
        }
        try {
            HttpResponse<String> response = client.send(request.build(), BodyHandlers.ofString());
            if (response.statusCode() / 100 != 2) {
                throw new RefusedException(response.statusCode(), response.body());
            }
            return response.body();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    private interface Call<T> {
        T run() throws IOException;
    }

    private static <T> T unchecked(Call<T> call) {
        try {
            return call.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
