package io.letterbox.record;

import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A partition of one incarnation of a topic: what a topic's name leads to after the topic was deleted and made again is
 * another one. Immutable.
 *
 * @param topicId the topic's incarnation
 * @param partition the partition's number, 0 or more
 */
public record TopicIdPartition(UUID topicId, int partition) {
    private static final Pattern TEXT = Pattern.compile("([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-([0-9]{1,9})");

    /** Reads what {@link #toString} has written; null if a text is nothing of the kind. */
    public static TopicIdPartition parse(String text) {
        Matcher parts = TEXT.matcher(text);
        if (!parts.matches()) return null;
        return new TopicIdPartition(UUID.fromString(parts.group(1)), Integer.parseInt(parts.group(2)));
    }

    /** As directories are called: {@code 5f8a3c1e-9b1d-4c7e-8a51-2f0f6f0c9a11-0}. */
    @Override
    public String toString() {
        return topicId + "-" + partition;
    }
}
