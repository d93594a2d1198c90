package io.letterbox.log;

/** Leader epochs and where each began. */
public final class EpochHistory {
    EpochHistory() {}

    /** One leader's reign. */
    public record Entry(int epoch, long startOffset) {}

    /** The newest epoch, -1 where there is none. */
    public int latestEpoch() {
        throw new AssertionError();
    }

    /** The end offset of an epoch in this log (Kafka's OffsetsForLeaderEpoch), -1 where the epoch is unknown. */
    public long endOffset(int epoch, long logEndOffset) {
        throw new AssertionError();
    }
}
