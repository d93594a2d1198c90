package io.letterbox.storage;

import io.letterbox.audit.Change;
import io.letterbox.record.TopicPartition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What one round of retention has removed, topic by topic, for the log. For one round and one thread. */
final class RetentionTally {
    /** Topics that get a line of their own; of the others there is one. */
    static final int MAX_LINES = 20;

    /** What was removed of one topic; grows. */
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
     * Takes note of a log's beginning that was moved.
     *
     * @param rule the setting that wants it
     * @param from where the log began
     * @param to where it begins now
     * @param bytes how much it has become smaller
     */
    void removed(TopicPartition id, String rule, long from, long to, long bytes) {
        if (to <= from) return;
        Removed removed = topics.computeIfAbsent(id.topic(), topic -> new Removed(rule));
        // What does not fit is not shown, so nothing is gained by going on for ever.
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

    /** What is to be said of the round. */
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
