package io.letterbox.record;

/**
 * A topic's rules for batches from clients, taken from its settings once.
 *
 * @param keysRequired true for a compacted topic: every record has a key
 * @param logAppendTime true if the shard overwrites the timestamps, so that those of the records do not matter
 * @param timestampBeforeMaxMs how far behind the present a record's timestamp may lie, in milliseconds, 0 or more
 * @param timestampAfterMaxMs how far ahead of the present a record's timestamp may lie, in milliseconds, 0 or more
 * @param codec the codec of stored batches; null if they are stored as they come
 * @param codecLevel the compression level, or {@link Codec#DEFAULT_LEVEL}
 * @param maxBatchBytes the largest stored batch
 */
public record BatchRules(
        boolean keysRequired,
        boolean logAppendTime,
        long timestampBeforeMaxMs,
        long timestampAfterMaxMs,
        Codec codec,
        int codecLevel,
        int maxBatchBytes) {

    /** No demands, for batches of any size. */
    public static final BatchRules NONE =
            new BatchRules(false, false, Long.MAX_VALUE, Long.MAX_VALUE, null, Codec.DEFAULT_LEVEL, Integer.MAX_VALUE);

    /** Whether a record without a key may not be in the topic. */
    public boolean forbids(int keyLength) {
        return keysRequired && keyLength < 0;
    }

    /**
     * Whether a record's timestamp lies too far from the present; -1, no timestamp, never does.
     *
     * @param wallMs milliseconds since 1970
     */
    public boolean forbidsTimestamp(long timestampMs, long wallMs) {
        if (logAppendTime || timestampMs == -1) return false;
        // A difference that overflows exceeds every limit.
        long age = wallMs - timestampMs;
        boolean overflow = ((wallMs ^ timestampMs) & (wallMs ^ age)) < 0;
        if (overflow)
            return timestampMs < 0 ? timestampBeforeMaxMs < Long.MAX_VALUE : timestampAfterMaxMs < Long.MAX_VALUE;
        return age > timestampBeforeMaxMs || -age > timestampAfterMaxMs;
    }
}
