package io.letterbox.sse;

import io.letterbox.record.TopicPartition;
import java.util.List;
import java.util.SortedSet;

/**
 * What a subscriber wants to read. Subscribers with equal subscriptions share a {@link TopicFeed}.
 *
 * @param topics the names, distinct and in order
 * @param partition the only partition wanted, or -1 for all
 * @param key the only key wanted, or null for all; compared as UTF-8
 * @param envelope whether records come as JSON with their metadata instead of as bare values
 * @param share a group member's part of the topics, or null outside groups
 */
record Subscription(List<String> topics, int partition, String key, boolean envelope, Share share) {
    static final int ALL_PARTITIONS = -1;

    /**
     * The partitions that a group member has been assigned.
     *
     * @param memberId the member, so that no two members share a feed
     * @param partitions in order
     */
    record Share(String memberId, SortedSet<TopicPartition> partitions) {}

    /** A subscription outside groups. */
    Subscription(List<String> topics, int partition, String key, boolean envelope) {
        this(topics, partition, key, envelope, null);
    }

    Subscription {
        topics = List.copyOf(topics);
    }
}
