package io.letterbox.bus;

import io.letterbox.audit.Actor;
import io.letterbox.coordinator.CoordinatorCommand;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;

/**
 * What the leader of a partition does for others, by the partition's name: callers know neither shards nor nodes.
 * Requests of one thread for one partition are carried out in the order in which they were made. Safe from any thread;
 * futures complete on the caller's context, and never within the call. They fail with an
 * {@link io.letterbox.error.ApiException}, with {@code UNKNOWN_PARTITION} if nobody leads the partition.
 */
public interface Partitions {
    /** For {@link #deleteRecords}: everything that can be read. */
    long UP_TO_HIGH_WATERMARK = -1;

    /** In {@link #findProducer}: the partition cannot be read, so that nobody knows what it remembers. */
    int UNREADABLE = -2;

    /**
     * Appends one record batch.
     *
     * @param append given away
     * @return the future of {@link Append#done}
     */
    Future<Appended> append(Append append);

    /**
     * Appends what one iteration of an event loop has gathered, in this order. Whatever one shard writes of it is
     * appended before the first batch is committed, so that it shares one commit however fast that is. Each append is
     * answered for itself, through {@link Append#done}.
     *
     * @param appends given away
     */
    void appendAll(List<Append> appends);

    /**
     * Moves the log start offset up, durably, and deletes what lies wholly below it (KIP-107). Fails with
     * {@code OFFSET_OUT_OF_RANGE} beyond the high watermark, and with {@code POLICY_VIOLATION} where the topic's
     * {@code cleanup.policy} does not delete.
     *
     * @param beforeOffset the first offset to keep, or {@link #UP_TO_HIGH_WATERMARK}
     * @param by who wants it, for the log
     * @return the log start offset afterwards
     */
    Future<Long> deleteRecords(TopicPartition partition, long beforeOffset, Actor by);

    /**
     * The producers that a partition remembers, the one that was silent for longest first; at most
     * {@code transactions.maxProducersPerPartition}.
     */
    Future<List<ActiveProducer>> describeProducers(TopicPartition partition);

    /**
     * Finds out in which partitions of a topic a producer is remembered.
     *
     * @param partitions how many partitions the topic has
     * @return the partitions, with the number of the producer's last record in each: -1 if there is none of its epoch,
     *     {@link #UNREADABLE} if nobody knows
     */
    Future<Map<Integer, Integer>> findProducer(String topic, int partitions, long producerId);

    /**
     * Asks the coordinator that a partition of an internal topic has. Fails with {@code NOT_COORDINATOR} where it has
     * none here, otherwise as the coordinator does.
     */
    <R> Future<R> ask(TopicPartition partition, CoordinatorCommand<R> command);
}
