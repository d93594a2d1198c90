package io.letterbox.bus;

/** The isolation levels, which decide which records a reader sees (KIP-98). */
public enum Isolation {
    /** Everything below the high watermark. */
    UNCOMMITTED,
    /** Everything below the last stable offset; the reader skips the aborted transactions that a slice lists. */
    COMMITTED
}
