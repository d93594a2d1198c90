package io.letterbox.metadata;

/**
 * The limits for topics and partitions. Checked when a change is proposed, not when the log is replayed, so that
 * lowering a limit does not remove topics.
 *
 * @param topics the largest number of topics
 * @param partitionsPerTopic the largest number of partitions of one topic
 * @param partitions the largest number of partitions of all topics together
 */
public record Limits(int topics, int partitionsPerTopic, int partitions) {
    public Limits {
        if (topics < 1 || partitionsPerTopic < 1 || partitions < 1) {
            throw new IllegalArgumentException("a limit below 1 forbids everything");
        }
    }
}
