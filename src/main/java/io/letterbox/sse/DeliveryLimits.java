package io.letterbox.sse;

/** The limits of this package that are not settings. All of them are per event loop. */
final class DeliveryLimits {
    /** Topics of one stream. */
    static final int TOPICS_PER_SUBSCRIPTION = 64;

    /** Partitions of one stream: its cursor has to fit into a request header of the default size. */
    static final int PARTITIONS_PER_SUBSCRIPTION = 1024;

    /** Characters of a cursor; the server makes no longer ones. */
    static final int CURSOR_CHARS = 12_288;

    /** Bytes of a key that filters records. */
    static final int KEY_BYTES = 1024;

    /** Characters of a group id. */
    static final int GROUP_CHARS = 255;

    /** The heartbeat interval of group members whose coordinator is in this process. */
    static final int GROUP_NEAR_HEARTBEAT_TICKS = 1;

    /** The rebalance timeout of group members: how long revoking partitions may take. */
    static final int GROUP_REBALANCE_MS = 30_000;

    /**
     * How long a revocation waits for the client to receive, or to acknowledge, what was written of the revoked
     * partitions.
     */
    static final int GROUP_FLUSH_TICKS = 10;

    /** The interval at which clients that acknowledge by themselves are checked for progress. */
    static final int GROUP_WATCH_TICKS = 5;

    /** Unconfirmed positions of one stream of a group; those of a slow reader are taken less often. */
    static final int GROUP_CHECKPOINTS = 16;

    /** Bytes of one stream of a group that the kernel may hold unsent: they are lost if the client goes. */
    static final int GROUP_UNSENT_BYTES = 65_536;

    /**
     * How long a member whose client acknowledges by itself stays in the group after its stream has ended: the last
     * acknowledgement comes by another connection, and a page that is closed sends it at the last moment.
     */
    static final int GROUP_LINGER_MS = 500;

    /** Concurrent reads of the log for subscribers that are behind what the storage keeps in memory. */
    static final int CATCH_UP_READS = 8;

    /** Writes to subscribers that catch up, before other tasks of the event loop run. */
    static final int CATCH_UP_WRITES_PER_PASS = 64;

    /** Bytes of encoded chunks that are kept for other subscribers at the same position. */
    static final int CACHED_CHUNK_BYTES = 4 << 20;

    /** Bytes of record batches that are kept because they are larger than one chunk. */
    static final int WARM_SLICE_BYTES = 4 << 20;

    /** Cursors that are kept after they stopped within a compressed batch, or within one of many records. */
    static final int PARKED_CURSORS = 8;

    /** Bytes of record batches that one read looks at; a filter may skip all of them. */
    static final int SCAN_BYTES_PER_READ = 1 << 20;

    /** Records that one read looks at; a batch of the smallest records has a million. */
    static final int SCAN_RECORDS_PER_READ = 1 << 16;

    /** The number of steps in which streams are ended, spread over the time that a shutdown may take. */
    static final int DRAIN_STEPS = 50;

    private DeliveryLimits() {}
}
