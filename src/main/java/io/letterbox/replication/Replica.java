package io.letterbox.replication;

/** This node's copy of one partition, as seen by the protocol between the copies. Owned by the partition's shard. */
public sealed interface Replica permits Leader {
    /**
     * Takes note of something that happened and says what follows.
     *
     * @param input what happened
     * @param elapsedMs the monotonic time, in milliseconds
     * @param outbox gets what has to be done, in order
     */
    void step(Input input, long elapsedMs, Outbox outbox);

    /** The offset after the last record that counts as safe. */
    long highWatermark();

    /** Why nothing may be appended now, or null where appends are welcome. Ask before every append. */
    Output.Reject rejection();
}
