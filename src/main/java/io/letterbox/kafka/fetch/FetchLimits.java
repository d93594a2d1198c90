package io.letterbox.kafka.fetch;

/** Limits of what fetches cost one event loop. */
final class FetchLimits {
    /** The most that one response carries, whatever the client allows; Kafka's {@code fetch.max.bytes} of a broker. */
    static final int RESPONSE_BYTES = 55 << 20;

    /** Partitions that one request may name. */
    static final int REQUEST_PARTITIONS = 100_000;

    /**
     * Fetch sessions of one event loop; a client beyond them gets none, and works with full requests and responses
     * (KIP-227).
     */
    static final int SESSIONS = 5_000;

    /** Partitions of all sessions of one event loop together; about 200 bytes each. */
    static final int SESSION_PARTITIONS = 1_000_000;

    /** A session that was used within this time is not evicted to make room for another one. */
    static final long SESSION_SAFE_MS = 120_000;

    /**
     * The longest time for which partitions that no commit has touched are passed over without a look at their logs.
     */
    static final long CHECK_INTERVAL_MS = 5_000;

    /**
     * Deadlines of waiting fetches are rounded up to multiples of this, so that one timer serves those that are close
     * together.
     */
    static final long TICK_MS = 10;

    private FetchLimits() {}
}
