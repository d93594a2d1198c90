package io.letterbox.console;

import io.letterbox.bus.LogReader;
import io.letterbox.bus.Metadata;
import io.letterbox.bus.PartitionStatus;
import io.letterbox.http.Json;
import io.letterbox.http.JsonBytes;
import io.letterbox.metadata.ShardImage;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.TopicName;
import io.letterbox.record.TopicPartition;
import io.letterbox.telemetry.Health;
import io.letterbox.telemetry.TelemetryRoutes;
import io.vertx.core.buffer.Buffer;

/**
 * The document with the topics and their counts, for the console's lists and rates. It is small, so that a thousand
 * topics every other second cost little, and cached for a second, so that many open consoles cost no more than one.
 *
 * <pre>
 * {"elapsedMs":3600000,                       the server's monotonic clock: rates go by it
 *  "version":"1.2.3",
 *  "health":{"status":"ready","warnings":[]}, as /health/ready
 *  "clustered":true,                          only where the server is a node of a cluster
 *  "topics":[{"name":"orders",
 *             "id":"…",                       the incarnation
 *             "internal":true,                only with the server's own topics
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
    private static final long KEEP_MS = 1000;

    /** Room for a document that is a little longer than the last one. */
    private static final int SPARE_BYTES = 1024;

    private final Metadata metadata;
    private final LogReader logs;
    private final Health health;
    private final String version;
    private Buffer kept;
    private long keptAtMs;
    private int sizeBytes = SPARE_BYTES;

    Overview(Metadata metadata, LogReader logs, Health health, String version) {
        this.metadata = metadata;
        this.logs = logs;
        this.health = health;
        this.version = version;
    }

    /**
     * The document, at most a second old.
     *
     * @param elapsedMs the monotonic clock, in milliseconds
     */
    Buffer document(long elapsedMs) {
        if (kept == null || elapsedMs - keptAtMs >= KEEP_MS) {
            kept = write(elapsedMs);
            keptAtMs = elapsedMs;
        }
        return kept;
    }

    /** Written directly as bytes: a tree of a thousand topics would block the event loop several times as long. */
    private Buffer write(long elapsedMs) {
        JsonBytes out = new JsonBytes(sizeBytes);
        byte[] condition = Json.encode(TelemetryRoutes.document(health)).getBytes();
        out.ascii("{\"elapsedMs\":").number(elapsedMs);
        out.ascii(",\"version\":").string(version);
        out.ascii(",\"health\":").raw(condition, 0, condition.length);
        if (metadata.image().shards().stream().anyMatch(ShardImage::isReplicated)) out.ascii(",\"clustered\":true");
        out.ascii(",\"topics\":[");
        boolean first = true;
        for (TopicImage topic : metadata.image().topics().values()) {
            if (!first) out.ascii(',');
            first = false;
            write(out, topic);
        }
        Buffer document = out.ascii("]}").copy();
        sizeBytes = document.length() + SPARE_BYTES;
        return document;
    }

    private void write(JsonBytes out, TopicImage topic) {
        long appended = 0;
        long records = 0;
        long bytes = 0;
        int quarantined = 0;
        int partitions = topic.partitions().size();
        for (int partition = 0; partition < partitions; partition++) {
            PartitionStatus status = logs.status(new TopicPartition(topic.name(), partition));
            if (status == null) continue;
            appended += status.highWatermark();
            records += Math.max(0, status.highWatermark() - status.logStartOffset());
            bytes += status.sizeBytes();
            quarantined += status.quarantine() == null ? 0 : 1;
        }
        out.ascii("{\"name\":").string(topic.name());
        out.ascii(",\"id\":\"").ascii(topic.id().toString());
        out.ascii("\"");
        if (TopicName.isInternal(topic.name())) out.ascii(",\"internal\":true");
        out.ascii(",\"partitions\":").number(partitions);
        out.ascii(",\"appended\":").number(appended);
        out.ascii(",\"records\":").number(records);
        out.ascii(",\"sizeBytes\":").number(bytes);
        out.ascii(",\"quarantined\":").number(quarantined).ascii('}');
    }
}
