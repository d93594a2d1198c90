package io.letterbox.publishing;

import io.letterbox.bus.Appended;

/**
 * Waits for records of one request to be acknowledged. The records that went into the same batch are one
 * <em>run</em>: they get successive offsets and share one fate. Owned by one event loop.
 */
public interface PublishCallback {
    /**
     * Begins a run: the next records go to a partition, into a batch that has no record of this request yet.
     *
     * @return the run's number, which the later calls name
     */
    int begin(int partition);

    /**
     * A run has been appended durably.
     *
     * @param firstOffset the offset of the run's first record
     * @param appended the shard's answer for the batch
     */
    void acknowledged(int run, long firstOffset, Appended appended);

    /** A run failed: nothing of it was written, or it is unknown whether it was. */
    void failed(int run, Throwable why);
}
