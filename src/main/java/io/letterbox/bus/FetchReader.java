package io.letterbox.bus;

import io.letterbox.record.TopicPartition;
import io.vertx.core.Future;
import java.util.List;

/** What Kafka's clients want of the storage beyond {@link LogReader}. Safe from any thread, never behind an fsync. */
public interface FetchReader extends LogReader {
    /**
     * How much there is to read from an offset on, as far as the tail cache knows; never blocks and allocates nothing.
     *
     * @param limitBytes counting ends where this is reached
     * @return the size of the whole batches that may be read; 0 at the end of what can be read; -1 where the cache does
     *     not reach back that far
     */
    int cachedBytes(TopicPartition partition, long offset, int limitBytes, Isolation isolation);

    /**
     * Finds where batches lie in files, for the kernel to send them: one partition after the other on one of the storage's
     * reader threads, as long as the budget lasts. The bytes have been read from the disk then, but not checked. Never
     * fails as a whole; the future completes on the caller's context.
     *
     * @param budget given away until the future completes
     * @return an answer to each ask, in the same order; files in it have to be released
     */
    Future<List<Located>> locate(List<ReadAsk> asks, FetchBudget budget, Isolation isolation);
}
