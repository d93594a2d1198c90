package io.letterbox.bus;

import io.letterbox.record.TopicPartition;
import io.vertx.core.Future;
import java.util.function.Consumer;

/** The read side of the storage, for all doors. Safe from any thread; never waits for an fsync. */
public interface LogReader {
    /**
     * The current status of a partition.
     *
     * @return null if this node does not host the partition (yet, or any more)
     */
    PartitionStatus status(TopicPartition partition);

    /**
     * Whether another node leads a partition, so that its log may have more than the replica here. A reader that has
     * read more elsewhere waits for this replica then: what it asks for is neither lost nor out of range. Never so on a
     * single node.
     */
    default boolean mayBeBehind(TopicPartition partition) {
        return false;
    }

    /**
     * Reads from the tail cache; never blocks, never allocates more than the result.
     *
     * @param offset the first offset wanted, within the log
     * @param maxBytes the limit for all batches; the first batch is returned even if it is larger
     * @param isolation which records the reader sees
     * @return an empty slice if {@code offset} is the end of what can be read; null if the cache does not reach back
     *     that far, or the offset is deep within a large batch, so that {@link #read} has to be used
     */
    Slice readCached(TopicPartition partition, long offset, int maxBytes, Isolation isolation);

    /**
     * Reads from the log, on one of the storage's reader threads; the future completes on the caller's context. Fails
     * with an {@link io.letterbox.error.ApiException}: {@code OFFSET_OUT_OF_RANGE} below the log start offset or above
     * the high watermark, {@code UNKNOWN_PARTITION}, {@code PARTITION_QUARANTINED}, {@code PARTITION_OFFLINE}, and
     * {@code OUT_OF_FILES} or {@code STORAGE_UNAVAILABLE} if a file could not be read for now.
     */
    Future<Slice> read(TopicPartition partition, long offset, int maxBytes, Isolation isolation);

    /**
     * Reads from the tail cache if that reaches back far enough, and from the log otherwise: {@link #readCached}, else
     * {@link #read}.
     */
    default Future<Slice> slice(TopicPartition partition, long offset, int maxBytes, Isolation isolation) {
        Slice cached = readCached(partition, offset, maxBytes, isolation);
        return cached != null ? Future.succeededFuture(cached) : read(partition, offset, maxBytes, isolation);
    }

    /**
     * The offset of the first record whose timestamp is at or after a time, or the end of what the isolation allows to
     * read if there is none.
     *
     * @param timestampMs milliseconds since 1970-01-01T00:00Z
     */
    Future<Long> offsetForTime(TopicPartition partition, long timestampMs, Isolation isolation);

    /**
     * Calls the listener on the caller's context after every group commit of any shard, with the records that have
     * become readable; the listener must not block.
     */
    void onCommitted(Consumer<Committed> listener);
}
