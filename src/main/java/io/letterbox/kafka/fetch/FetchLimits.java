package io.letterbox.kafka.fetch;

/** How much fetching may cost one event loop. */
final class FetchLimits {
    /** The most that one response carries, whatever the client allows; Kafka's {@code fetch.max.bytes} of a broker. */
    static final int RESPONSE_BYTES = 55 << 20;

    /** Partitions that one request may name. */
    static final int REQUEST_PARTITIONS = 100_000;

    /** Fetch sessions of one event loop; who comes later sends and gets whole requests and responses (KIP-227). */
    static final int SESSIONS = 5_000;

    /** Partitions of all sessions of one event loop together; about 150 bytes each. */
    static final int SESSION_PARTITIONS = 1_000_000;

    /** A session that was used more recently than that is not evicted for the sake of another. */
    static final long SESSION_SAFE_MS = 120_000;

    /** How old a look at a partition that has not moved may be before it is looked at again. */
    static final long LOOK_MS = 5_000;

    /** Waiting fetches are answered at multiples of it, so that those that end at nearly the same time wake nobody twice. */
    static final long TICK_MS = 10;

    private FetchLimits() {}
}
