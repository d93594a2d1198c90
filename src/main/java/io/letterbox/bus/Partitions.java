package io.letterbox.bus;

import io.letterbox.access.Principal;
import io.letterbox.audit.Actor;
import io.letterbox.coordinator.CoordinatorCommand;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Future;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The operations of partition leaders, by the partition's name: callers know neither shards nor nodes. Requests of one
 * thread for one partition are carried out in their order. Safe from any thread; futures complete on the caller's
 * context, and never within the call. They fail with an {@link io.letterbox.error.ApiException}, with
 * {@code UNKNOWN_PARTITION} if no node leads the partition.
 */
public interface Partitions {
    /** For {@link #deleteRecords}: deletes all readable records. */
    long UP_TO_HIGH_WATERMARK = -1;

    /** In {@link #findProducer}: the partition cannot be read, so that its producers are unknown. */
    int UNREADABLE = -2;

    /**
     * The partitions that this node leads. They refuse with {@code NOT_LEADER} or {@code UNKNOWN_PARTITION} what
     * another node leads, where this interface has that done there. A single node leads all of them.
     */
    default Partitions local() {
        return this;
    }

    /** Whether this node leads a partition, as far as it knows. A single node leads all of them. */
    default boolean isNear(TopicPartition partition) {
        return true;
    }

    /**
     * Appends one record batch.
     *
     * @param append the append; the caller must not use its buffer any more
     * @return the future of {@link Append#done}
     */
    Future<Appended> append(Append append);

    /**
     * Appends the batches that one iteration of an event loop has gathered, in this order. A shard appends all of its
     * batches before it commits the first, so that they share one commit however fast that is. Each append is answered
     * through its own {@link Append#done}.
     *
     * @param appends the appends; the caller must not use the list any more
     */
    void appendAll(List<Append> appends);

    /**
     * Takes note of a batch that a door has refused itself, because another node led its partition: this node may lead
     * it in a moment, and must not take what the producer has sent behind the batch before the batch comes again. To be
     * called before the producer is told; other requests are refused without a word.
     *
     * @param batch what was sent, which need not have been checked; the buffer is not changed
     */
    default void refused(TopicPartition partition, ByteBuffer batch) {
        // Whoever has no partitions of its own has no order to keep.
    }

    /**
     * Moves the log start offset up, durably, and deletes the segments wholly below it (KIP-107). Fails with
     * {@code OFFSET_OUT_OF_RANGE} beyond the high watermark, and with {@code POLICY_VIOLATION} if the topic's
     * {@code cleanup.policy} does not have {@code delete}.
     *
     * @param beforeOffset the first offset to keep, or {@link #UP_TO_HIGH_WATERMARK}
     * @param by the actor who asked for it, for the audit log
     * @return the log start offset afterwards
     */
    Future<Long> deleteRecords(TopicPartition partition, long beforeOffset, Actor by);

    /**
     * The producers that a partition remembers, the one that has not written for longest first; at most
     * {@code transactions.maxProducersPerPartition}.
     */
    Future<List<ActiveProducer>> describeProducers(TopicPartition partition);

    /**
     * Finds out in which partitions of a topic a producer is remembered.
     *
     * @param partitions how many partitions the topic has
     * @return the partitions, with the sequence number of the producer's last record in each: -1 if there is none in
     *     its epoch, {@link #UNREADABLE} if the partition cannot be read
     */
    Future<Map<Integer, Integer>> findProducer(String topic, int partitions, long producerId);

    /**
     * What partitions have, as their leaders say who have proven that they lead: nothing is missing that was
     * acknowledged before this was called. Never fails.
     *
     * @param incarnations the partitions, each with the id of its topic
     * @return the status by partition; without those that nobody can say it of for now, and those that are not open in
     *     this incarnation
     */
    Future<Map<TopicPartition, PartitionStatus>> statuses(Map<TopicPartition, UUID> incarnations);

    /**
     * Sends a request to the coordinator on a partition of an internal topic. Fails with {@code NOT_COORDINATOR} if
     * there is none on this node, otherwise as the coordinator does.
     *
     * @param principal the client's principal
     */
    <R> Future<R> ask(TopicPartition partition, CoordinatorCommand<R> command, Principal principal);
}
