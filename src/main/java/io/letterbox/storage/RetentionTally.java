package io.letterbox.storage;

import io.letterbox.audit.Change;
import io.letterbox.record.TopicPartition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The records that one round of retention has removed, by topic, for the server's log. For one round and one thread.
 */
final class RetentionTally {
    /** Topics that get a line of their own; the others share one. */
    static final int MAX_LINES = 20;

    /** The removals of one topic so far. */
    private static final class Removed {
        private final StringBuilder where = new StringBuilder();
        private final String rule;
        private long offsets;
        private long bytes;

        Removed(String rule) {
            this.rule = rule;
        }
    }

    private final Map<String, Removed> topics = new LinkedHashMap<>();

    /**
     * Adds a change of a log's start offset.
     *
     * @param rule the setting that caused it
     * @param from the log start offset before
     * @param to the log start offset now
     * @param bytes how much smaller the log has become
     */
    void removed(TopicPartition id, String rule, long from, long to, long bytes) {
        if (to <= from) return;
        Removed removed = topics.computeIfAbsent(id.topic(), topic -> new Removed(rule));
        // A line of the log is cut anyway, so more ranges would not be shown.
        if (removed.where.length() < 1024) {
            if (removed.where.length() > 0) removed.where.append(", ");
            removed.where
                    .append(id.partition())
                    .append(": ")
                    .append(from)
                    .append('–')
                    .append(to - 1);
        }
        removed.offsets += to - from;
        removed.bytes += Math.max(0, bytes);
    }

    /** The lines of the round, one for each topic. */
    List<Change> changes() {
        List<Change> changes = new ArrayList<>();
        Removed rest = new Removed("");
        for (Map.Entry<String, Removed> topic : topics.entrySet()) {
            Removed removed = topic.getValue();
            if (changes.size() < MAX_LINES) {
                changes.add(new Change("topic", topic.getKey(), "trimmed", details(removed)));
            } else {
                rest.offsets += removed.offsets;
                rest.bytes += removed.bytes;
            }
        }
        int others = topics.size() - changes.size();
        if (others > 0) {
            Map<String, String> details = new LinkedHashMap<>();
            details.put("topics", Integer.toString(others));
            details.put("offsets", Long.toString(rest.offsets));
            details.put("bytes", Long.toString(rest.bytes));
            changes.add(new Change("further topics", "", "trimmed", details));
        }
        return changes;
    }

    private static Map<String, String> details(Removed removed) {
        Map<String, String> details = new LinkedHashMap<>();
        details.put("rule", removed.rule);
        details.put("partitions", removed.where.toString());
        details.put("offsets", Long.toString(removed.offsets));
        details.put("bytes", Long.toString(removed.bytes));
        return details;
    }
}
