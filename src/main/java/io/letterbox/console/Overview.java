package io.letterbox.console;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.letterbox.bus.LogReader;
import io.letterbox.bus.Metadata;
import io.letterbox.bus.PartitionStatus;
import io.letterbox.http.Json;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.TopicPartition;
import io.letterbox.telemetry.Health;
import io.letterbox.telemetry.TelemetryRoutes;
import io.vertx.core.buffer.Buffer;

/**
 * The document from which the console draws its lists and rates. It is small, so that a thousand topics every other
 * second cost little, and kept for a second, so that many open consoles cost no more than one.
 *
 * <pre>
 * {"nowMs":1767225600000,                     the server's clock
 *  "version":"1.2.3",
 *  "health":{"status":"ready","warnings":[]}, as /health/ready
 *  "topics":[{"name":"orders",
 *             "id":"…",                       the incarnation
 *             "partitions":3,
 *             "appended":123,                 sum of the high watermarks: its growth is the rate
 *             "records":100,                  what can be read: high watermarks less log start offsets
 *             "sizeBytes":4096,
 *             "quarantined":0}]}
 * </pre>
 *
 * <p>Owned by one event loop.
 */
final class Overview {
    private static final long KEEP_NANOS = 1_000_000_000L;

    private final Metadata metadata;
    private final LogReader logs;
    private final Health health;
    private final String version;
    private Buffer kept;
    private long keptAtNanos;

    Overview(Metadata metadata, LogReader logs, Health health, String version) {
        this.metadata = metadata;
        this.logs = logs;
        this.health = health;
        this.version = version;
    }

    /**
     * The document, at most a second old.
     *
     * @param nanos a clock that never goes back
     * @param nowMs the time of day, in milliseconds since 1970
     */
    Buffer document(long nanos, long nowMs) {
        if (kept == null || nanos - keptAtNanos >= KEEP_NANOS) {
            kept = Json.encode(write(nowMs));
            keptAtNanos = nanos;
        }
        return kept;
    }

    private ObjectNode write(long nowMs) {
        ObjectNode document = Json.MAPPER.createObjectNode();
        document.put("nowMs", nowMs);
        document.put("version", version);
        document.set("health", TelemetryRoutes.document(health));
        ArrayNode topics = document.putArray("topics");
        for (TopicImage topic : metadata.image().topics().values()) {
            write(topics.addObject(), topic);
        }
        return document;
    }

    private void write(ObjectNode node, TopicImage topic) {
        long appended = 0;
        long records = 0;
        long sizeBytes = 0;
        int quarantined = 0;
        for (int partition = 0; partition < topic.partitions().size(); partition++) {
            PartitionStatus status = logs.status(new TopicPartition(topic.name(), partition));
            if (status == null) continue;
            appended += status.highWatermark();
            records += Math.max(0, status.highWatermark() - status.logStartOffset());
            sizeBytes += status.sizeBytes();
            quarantined += status.quarantine() == null ? 0 : 1;
        }
        node.put("name", topic.name());
        node.put("id", topic.id().toString());
        node.put("partitions", topic.partitions().size());
        node.put("appended", appended);
        node.put("records", records);
        node.put("sizeBytes", sizeBytes);
        node.put("quarantined", quarantined);
    }
}
