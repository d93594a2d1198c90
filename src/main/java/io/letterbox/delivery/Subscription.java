package io.letterbox.delivery;

import java.util.List;

/**
 * What a subscriber wants to see. Subscribers with equal subscriptions share a {@link TopicFeed}.
 *
 * @param topics the names, distinct and in order
 * @param partition the only partition wanted, or -1 for all
 * @param key the only key wanted, or null for all; compared as UTF-8
 * @param envelope whether records come as JSON with their metadata instead of as bare values
 */
record Subscription(List<String> topics, int partition, String key, boolean envelope) {
    static final int ALL_PARTITIONS = -1;

    Subscription {
        topics = List.copyOf(topics);
    }
}
