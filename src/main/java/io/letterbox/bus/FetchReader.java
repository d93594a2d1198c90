package io.letterbox.bus;

import io.letterbox.record.TopicPartition;
import io.vertx.core.Future;
import java.util.List;

/**
 * The read side of the storage for Kafka's fetches, in addition to {@link LogReader}. Safe from any thread; never waits
 * for an fsync.
 */
public interface FetchReader extends LogReader {
    /**
     * The number of bytes between two offsets, as far as they are in the tail cache. Never blocks and allocates
     * nothing.
     *
     * @param upToOffset the end, at most the high watermark
     * @param limitBytes counting stops at this number
     * @return the size of the whole batches; -1 if the cache does not reach back that far
     */
    int cachedBytes(TopicPartition partition, long fromOffset, long upToOffset, int limitBytes);

    /**
     * Reads from the tail cache, if that holds everything up to the end and it is little enough to be copied. Never
     * blocks.
     *
     * @param budget the size of the result is subtracted from it
     * @return null if {@link #locate} has to be used
     */
    FetchedData fetchCached(ReadRequest ask, FetchBudget budget, Isolation isolation);

    /**
     * Locates batches, which are returned as file regions for the kernel to send if they are large. Reads one partition
     * after the other on one of the storage's reader threads, as long as the budget lasts. File regions have been
     * loaded from the disk, but not checked. Never fails as a whole; the future completes on the caller's context.
     *
     * @param budget must not be used until the future completes
     * @return an answer to each request, in the same order
     */
    Future<List<FetchedData>> locate(List<ReadRequest> asks, FetchBudget budget, Isolation isolation);

    /**
     * The first record whose timestamp is at or after a time, among those that the isolation allows to read; null if
     * there is none. Fails as {@link #read}.
     */
    Future<TimedOffset> firstSince(TopicPartition partition, long timestampMs, Isolation isolation);

    /**
     * The first record with the greatest timestamp, among those that the isolation allows to read; null if there is
     * none. Fails as {@link #read}.
     */
    Future<TimedOffset> newest(TopicPartition partition, Isolation isolation);

    /**
     * The end of a leader epoch.
     *
     * @param leaderEpoch the epoch of the current leader, which may not have written anything yet
     * @return null if this node does not host the partition
     */
    EpochEnd epochEnd(TopicPartition partition, int epoch, int leaderEpoch);

    /**
     * The leader epoch of the record with an offset, or the leader's epoch if the next record will get that offset.
     *
     * @param leaderEpoch the epoch of the current leader
     * @return -1 if it is unknown, or if this node does not host the partition
     */
    int epochAt(TopicPartition partition, long offset, int leaderEpoch);
}
