package io.letterbox.storage;

import io.letterbox.audit.Actor;
import io.letterbox.bus.ActiveProducer;
import io.letterbox.bus.Append;
import io.letterbox.bus.Partitions;
import io.letterbox.coordinator.CoordinatorRequest;
import io.letterbox.error.ApiException;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Promise;
import java.util.List;
import java.util.Map;

/**
 * The messages to a shard other than a single {@link Append}. Sent to the shard's own address, so that they stay in
 * order with appends. Each is answered through its promise, as described at {@link Partitions}.
 */
sealed interface ShardMessage {
    /**
     * Append these batches, in their order, before the first of them is committed.
     *
     * @param appends each has its own promise; the sender must not use the list any more
     */
    record Appends(List<Append> appends) implements ShardMessage {}

    /**
     * Moves the log start offset up.
     *
     * @param beforeOffset the first offset to keep, or {@link Partitions#UP_TO_HIGH_WATERMARK}
     * @param by who wants it, for the log
     */
    record DeleteRecords(TopicPartition partition, long beforeOffset, Actor by, Promise<Long> done)
            implements ShardMessage {}

    /** Asks which producers a partition remembers. */
    record DescribeProducers(TopicPartition partition, Promise<List<ActiveProducer>> done) implements ShardMessage {}

    /**
     * Asks in which of the shard's partitions of a topic a producer is remembered.
     *
     * @param partitions how many partitions the topic has; the shard searches those that it owns
     */
    record FindProducer(String topic, int partitions, long producerId, Promise<Map<Integer, Integer>> done)
            implements ShardMessage {}

    /**
     * Hands a request to the coordinator on a partition. The reply target is in the request.
     *
     * @param partition a partition of an internal topic
     */
    record Ask(TopicPartition partition, CoordinatorRequest<?> request) implements ShardMessage {}

    /**
     * Serve what this image assigns to the shard.
     *
     * @param done kept when the shard has tried, with what it cannot serve yet, and why
     */
    record ApplyImage(ClusterImage image, Promise<Map<TopicPartition, ApiException>> done) implements ShardMessage {}
}
