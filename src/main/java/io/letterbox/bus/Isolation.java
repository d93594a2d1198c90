package io.letterbox.bus;

/** Which records a reader gets to see (KIP-98). */
public enum Isolation {
    /** Everything below the high watermark. */
    UNCOMMITTED,
    /** Everything below the last stable offset; the reader leaves out the aborted transactions that a slice names. */
    COMMITTED
}
