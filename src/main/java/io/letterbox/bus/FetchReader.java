package io.letterbox.bus;

import io.letterbox.record.TopicPartition;
import io.vertx.core.Future;
import java.util.List;

/** What Kafka's clients want of the storage beyond {@link LogReader}. Safe from any thread, never behind an fsync. */
public interface FetchReader extends LogReader {
    /**
     * How much there is to read between two offsets, as far as the tail cache knows; never blocks and allocates nothing.
     *
     * @param upToOffset the end, at most the high watermark
     * @param limitBytes counting ends where this is reached
     * @return the size of the whole batches; -1 where the cache does not reach back that far
     */
    int cachedBytes(TopicPartition partition, long fromOffset, long upToOffset, int limitBytes);

    /**
     * Reads from the tail cache, where that holds all there is to read and it is little enough to be copied; never blocks.
     *
     * @param budget what is found is taken from it
     * @return null where {@link #locate} has to be used
     */
    FetchedData fetchCached(ReadAsk ask, FetchBudget budget, Isolation isolation);

    /**
     * Finds batches for the kernel to send, in files where they are many: one partition after the other on one of the
     * storage's reader threads, as long as the budget lasts. What lies in files has been read from the disk then, but not
     * checked. Never fails as a whole; the future completes on the caller's context.
     *
     * @param budget given away until the future completes
     * @return an answer to each ask, in the same order
     */
    Future<List<FetchedData>> locate(List<ReadAsk> asks, FetchBudget budget, Isolation isolation);

    /**
     * The first record whose timestamp is at or after a time, among those that the isolation lets be read; null where
     * there is none. Fails as {@link #read}.
     */
    Future<TimedOffset> firstSince(TopicPartition partition, long timestampMs, Isolation isolation);

    /**
     * The first record among those with the greatest timestamp, among those that the isolation lets be read; null where
     * there is none. Fails as {@link #read}.
     */
    Future<TimedOffset> newest(TopicPartition partition, Isolation isolation);

    /**
     * Where a leader epoch ends.
     *
     * @param leaderEpoch the epoch of the current leader, whose reign may not have written anything yet
     * @return null where this node does not host the partition
     */
    EpochEnd epochEnd(TopicPartition partition, int epoch, int leaderEpoch);

    /**
     * The leader epoch of the record with an offset, or the leader's where the next record will get that offset.
     *
     * @param leaderEpoch the epoch of the current leader
     * @return -1 where it is not known, or where this node does not host the partition
     */
    int epochAt(TopicPartition partition, long offset, int leaderEpoch);
}
