package io.letterbox.rest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.letterbox.bus.PartitionStatus;
import io.letterbox.http.Json;
import io.letterbox.metadata.PartitionImage;
import io.letterbox.metadata.TopicConfigKey;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.TopicName;
import io.letterbox.record.TopicPartition;
import java.util.Locale;

/** The JSON of a topic: its entry in the list, and the whole document. */
final class TopicDocument {
    private final LogStatuses statuses;

    /** @param statuses of the topic's partitions */
    TopicDocument(LogStatuses statuses) {
        this.statuses = statuses;
    }

    /** The entry in the list: name, incarnation, counts, size. */
    ObjectNode summary(TopicImage topic) {
        ObjectNode document = Json.MAPPER.createObjectNode();
        document.put("name", topic.name());
        document.put("id", topic.id().toString());
        document.put("internal", TopicName.isInternal(topic.name()));
        document.put("partitions", topic.partitions().size());
        document.put("replicationFactor", topic.partitions().get(0).replicas().size());
        document.put("cleanupPolicy", topic.config().get(TopicConfigKey.CLEANUP_POLICY));
        long records = 0;
        long sizeBytes = 0;
        for (int p = 0; p < topic.partitions().size(); p++) {
            PartitionStatus status = statuses.of(new TopicPartition(topic.name(), p));
            if (status == null) continue;
            records += status.highWatermark() - status.logStartOffset();
            sizeBytes += status.sizeBytes();
        }
        // Offsets that compaction has removed are counted, too: their number is unknown without reading the log.
        document.put("records", records);
        document.put("sizeBytes", sizeBytes);
        return document;
    }

    /** The whole document: the members of the entry, and the partitions and settings one by one. */
    ObjectNode whole(TopicImage topic) {
        ObjectNode document = summary(topic);
        ArrayNode partitions = Json.MAPPER.createArrayNode();
        for (int p = 0; p < topic.partitions().size(); p++) {
            partitions.add(partition(topic, p));
        }
        document.set("partitions", partitions);
        ObjectNode config = document.putObject("config");
        for (TopicConfigKey key : TopicConfigKey.values()) {
            boolean shown = key.isEffective() || topic.config().overrides().containsKey(key.key());
            if (shown) config.set(key.key(), setting(topic, key));
        }
        return document;
    }

    private ObjectNode partition(TopicImage topic, int number) {
        PartitionImage image = topic.partitions().get(number);
        ObjectNode document = Json.MAPPER.createObjectNode();
        document.put("partition", number);
        document.put("leader", image.leader());
        document.put("leaderEpoch", image.leaderEpoch());
        image.replicas().forEach(document.withArray("/replicas")::add);
        image.isr().forEach(document.withArray("/isr")::add);
        TopicPartition id = new TopicPartition(topic.name(), number);
        PartitionStatus status = statuses.of(id);
        if (status != null) {
            // As the replica here has it, which may be behind.
            if (statuses.confirmed(id) == null) document.put("unconfirmed", true);
            document.put("logStartOffset", status.logStartOffset());
            document.put("highWatermark", status.highWatermark());
            document.put("lastStableOffset", status.lastStableOffset());
            document.put("logEndOffset", status.logEndOffset());
            document.put("sizeBytes", status.sizeBytes());
            document.put("segments", status.segments());
            if (status.quarantine() != null) document.put("quarantine", status.quarantine());
        }
        return document;
    }

    private ObjectNode setting(TopicImage topic, TopicConfigKey key) {
        String source = "default";
        if (topic.config().overrides().containsKey(key.key())) source = "topic";
        else if (topic.config().defaults().containsKey(key.key())) source = "server";
        ObjectNode setting = Json.MAPPER
                .createObjectNode()
                .put("value", topic.config().get(key))
                .put("source", source)
                .put("default", topic.config().defaults().getOrDefault(key.key(), key.defaultValue()))
                .put("doc", key.doc())
                .put("type", key.type().name().toLowerCase(Locale.ROOT));
        if (!key.words().isEmpty()) key.words().forEach(setting.withArray("/choices")::add);
        return setting;
    }
}
