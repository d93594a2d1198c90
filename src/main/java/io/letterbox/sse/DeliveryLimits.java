package io.letterbox.sse;

/** The bounds of this room that nobody needs to configure. All of them are per event loop. */
final class DeliveryLimits {
    /** Topics on one connection. */
    static final int TOPICS_PER_SUBSCRIPTION = 64;

    /** Partitions on one connection: its cursor has to fit into a request header of the default size. */
    static final int PARTITIONS_PER_SUBSCRIPTION = 1024;

    /** Characters of a cursor; what is longer was not made here. */
    static final int CURSOR_CHARS = 12_288;

    /** Bytes of a key to filter by. */
    static final int KEY_BYTES = 1024;

    /** Characters of a group's id. */
    static final int GROUP_CHARS = 255;

    /** How often members on streams ask a coordinator for news that is in this process. */
    static final int GROUP_NEAR_BEAT_TICKS = 1;

    /** How long a member on a stream may take to give partitions up. */
    static final int GROUP_REBALANCE_MS = 30_000;

    /** So long of it is waited for a client to have, or to acknowledge, what was written of them. */
    static final int GROUP_FLUSH_TICKS = 10;

    /** How often it is looked whether a client that acknowledges by itself gets on. */
    static final int GROUP_WATCH_TICKS = 5;

    /** Positions of one stream of a group that wait to be confirmed; a slow reader's come less often. */
    static final int GROUP_CHECKPOINTS = 16;

    /** What the kernel may hold unsent for one stream of a group: it would be sent to nobody if the client went. */
    static final int GROUP_UNSENT_BYTES = 65_536;

    /**
     * How long a member whose client acknowledges by itself stays when its stream has ended: the last acknowledgement comes
     * on another connection, and a page that is left sends it at the last moment.
     */
    static final int GROUP_LINGER_MS = 500;

    /** Reads from the log at the same time, for subscribers that are behind what the storage keeps in memory. */
    static final int CATCH_UP_READS = 8;

    /** Writes to subscribers that catch up before other work of the event loop gets its turn. */
    static final int CATCH_UP_WRITES_PER_PASS = 64;

    /** Encoded chunks kept for subscribers that come by the same place, by how much their bytes take. */
    static final int CACHED_CHUNK_BYTES = 4 << 20;

    /** Record batches kept because they did not fit into one chunk. */
    static final int WARM_SLICE_BYTES = 4 << 20;

    /** Cursors kept that stopped within a compressed batch, or one of many records. */
    static final int PARKED_CURSORS = 8;

    /** Bytes of record batches looked at in one go; a filter may skip all of them. */
    static final int SCAN_BYTES_PER_READ = 1 << 20;

    /** Records looked at in one go; of the smallest ones, a batch has a million. */
    static final int SCAN_RECORDS_PER_READ = 1 << 16;

    /** Streams are ended in so many groups, spread over the time that a shutdown may take. */
    static final int DRAIN_STEPS = 50;

    private DeliveryLimits() {}
}
