package io.letterbox.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.letterbox.record.TopicName;
import io.letterbox.time.Clock;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Shows the state of a server on one screen. */
@Command(
        name = "status",
        header = "Show how a server is: health, topics, disk, and limits that are near.",
        description = {"", "Exit status 1 when the server answers and is not ready.", ""})
final class StatusCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private ServerOption server = new ServerOption();

    @Mixin
    private JsonOption json = new JsonOption();

    StatusCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        ServerClient client = server.connect();
        JsonNode overview = client.get("/console/api/overview");
        HttpResponse<byte[]> page = client.send(() -> client.request("/metrics"), true);
        if (page.statusCode() != 200) throw ServerClient.refusal(page, page.body());
        MetricsPage metrics = MetricsPage.of(new String(page.body(), StandardCharsets.UTF_8));
        ObjectNode status = status(overview, metrics);
        if (json.wanted()) terminal.out().println(status);
        else print(status);
        return status.path("health").path("status").asText().equals("ready") ? ExitCode.OK : ExitCode.FAILED;
    }

    private static ObjectNode status(JsonNode overview, MetricsPage metrics) {
        ObjectNode status = ServerClient.JSON.createObjectNode();
        status.put("version", overview.path("version").asText());
        status.set("health", overview.path("health"));
        long topics = 0;
        long partitions = 0;
        long records = 0;
        long sizeBytes = 0;
        for (JsonNode topic : overview.path("topics")) {
            sizeBytes += topic.path("sizeBytes").asLong();
            if (TopicName.isInternal(topic.path("name").asText())) continue;
            topics++;
            partitions += topic.path("partitions").asLong();
            records += topic.path("records").asLong();
        }
        status.put("topics", topics).put("partitions", partitions).put("records", records);
        status.put("sizeBytes", sizeBytes);
        number(status, "diskFreeBytes", metrics.value("letterbox_disk_free_bytes"));
        number(status, "diskReserveBytes", metrics.value("letterbox_disk_reserve_bytes"));
        double startedSeconds = metrics.value("process_start_time_seconds");
        if (startedSeconds > 0) {
            status.put("upMs", Math.max(0, Clock.system().wallMs() - (long) (startedSeconds * 1000)));
        }
        number(status, "httpConnections", metrics.value("letterbox_http_connections"));
        number(status, "kafkaConnections", metrics.value("letterbox_kafka_connections"));
        number(status, "streams", metrics.value("letterbox_sse_connections"));
        ArrayNode near = status.putArray("limitsNear");
        for (MetricsPage.LimitUse use : metrics.nearLimits()) {
            near.addObject().put("what", use.name()).put("used", use.used()).put("limit", use.limit());
        }
        return status;
    }

    private static void number(ObjectNode status, String name, double value) {
        if (!Double.isNaN(value)) status.put(name, (long) value);
    }

    private void print(ObjectNode status) {
        line("Letterbox", status.path("version").asText() + upTime(status));
        JsonNode health = status.path("health");
        String reason = health.path("reason").asText("");
        line("Health", health.path("status").asText() + (reason.isEmpty() ? "" : ": " + reason));
        for (JsonNode warning : health.path("warnings")) {
            line("Warning", warning.path("detail").asText());
        }
        line(
                "Topics",
                status.path("topics").asLong() + ", with "
                        + ReadableNumbers.count(status.path("partitions").asLong(), "partition") + " and "
                        + ReadableNumbers.count(status.path("records").asLong(), "record"));
        line(
                "Disk",
                ReadableNumbers.bytes(status.path("sizeBytes").asLong()) + " of logs"
                        + (status.has("diskFreeBytes") ? ", " + room(status) : ""));
        line(
                "Connections",
                "HTTP " + status.path("httpConnections").asText("-") + ", streams "
                        + status.path("streams").asText("-") + ", Kafka "
                        + status.path("kafkaConnections").asText("-"));
        for (JsonNode use : status.path("limitsNear")) {
            line(
                    "Near limit",
                    String.format(
                            java.util.Locale.ROOT,
                            "%s: %.0f of %.0f",
                            use.path("what").asText(),
                            use.path("used").asDouble(),
                            use.path("limit").asDouble()));
        }
        if (status.path("limitsNear").isEmpty()) line("Limits", "none is near");
    }

    private void line(String name, String value) {
        terminal.out().println(String.format("%-12s%s", name, value));
    }

    private static String room(ObjectNode status) {
        return ReadableNumbers.bytes(status.path("diskFreeBytes").asLong()) + " free, of which "
                + ReadableNumbers.bytes(status.path("diskReserveBytes").asLong()) + " are kept in reserve";
    }

    private static String upTime(ObjectNode status) {
        if (!status.has("upMs")) return "";
        Duration up = Duration.ofMillis(status.path("upMs").asLong());
        if (up.toDays() >= 2) return ", up for " + up.toDays() + " days";
        if (up.toHours() >= 1) return ", up for " + up.toHours() + " h " + up.toMinutesPart() + " min";
        return ", up for " + up.toMinutes() + " min " + up.toSecondsPart() + " s";
    }
}
