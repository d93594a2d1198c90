package io.letterbox.publishing;

import io.letterbox.bus.Appended;

/**
 * Waits for records of one request to be acknowledged. The records that went into the same batch are one
 * <em>run</em>: they get successive offsets and share one fate. Owned by one event loop.
 */
public interface PublishCallback {
    /**
     * A run begins: the next records go to a partition, into a batch that no record of this request is in yet.
     *
     * @return the run's number, by which its fate is told
     */
    int begin(int partition);

    /**
     * A run is on disk.
     *
     * @param firstOffset the offset of the run's first record
     * @param appended what the shard said about the batch
     */
    void acknowledged(int run, long firstOffset, Appended appended);

    /** A run was refused: nothing of it was written, or nobody knows whether it was. */
    void failed(int run, Throwable why);
}
