package io.letterbox.rest;

import io.letterbox.error.ApiException;

/**
 * The progress of a scan in one partition. Logs are read forwards only, so a scan from the newest record to the oldest
 * takes one window of offsets at a time, each below the one before. Windows grow while they are cheap to read and
 * shrink when they are expensive. Pure; owned by the scan.
 */
final class PartitionScan {
    /** Bytes of batches in a window, approximately. */
    static final int WINDOW_BYTES = 256 << 10;

    /** A window with more bytes than this is given up for a smaller one. */
    static final int MAX_WINDOW_BYTES = 8 * WINDOW_BYTES;

    private static final long FIRST_WIDTH = 64;
    private static final int SHRINK = 8;

    /**
     * A range of offsets.
     *
     * @param from the first offset
     * @param to the offset behind the last one
     */
    record Window(long from, long to) {}

    private final ScanOrder order;
    private final int partition;
    private long low;
    private long high;
    private long width = FIRST_WIDTH;
    private Long frontierMs;
    private ApiException error;

    /**
     * @param low the first offset to scan
     * @param high the offset behind the last one; nothing is scanned if it is not above {@code low}
     */
    PartitionScan(ScanOrder order, int partition, long low, long high) {
        this.order = order;
        this.partition = partition;
        this.low = low;
        this.high = high;
    }

    int partition() {
        return partition;
    }

    /** The number of offsets left to scan. */
    long remaining() {
        return error != null ? 0 : Math.max(0, high - low);
    }

    /** The position from which another request goes on. */
    long position() {
        return order == ScanOrder.NEWEST ? Math.max(0, high) : low;
    }

    /** Why the rest of the partition cannot be read, or null. */
    ApiException error() {
        return error;
    }

    /** Ends the scan of a partition whose rest cannot be read. */
    void stop(ApiException why) {
        error = why;
    }

    /** Moves the beginning up, because retention has deleted what is below. */
    void startMovedTo(long logStartOffset) {
        low = Math.max(low, logStartOffset);
    }

    /** The time up to which everything was scanned; null before the first window. */
    Long frontierMs() {
        return frontierMs;
    }

    /** The next window; there is one. */
    Window next() {
        return order == ScanOrder.OLDEST
                ? new Window(low, high)
                : new Window(high - low > width ? high - width : low, high);
    }

    /**
     * Notes that a window was scanned: newest first from its end down to {@code edge}, oldest first up to below
     * {@code edge}.
     *
     * @param bytes the bytes read for it
     * @param edgeMs the time of the record at the edge, or null if there was none
     */
    void advance(long edge, long bytes, Long edgeMs) {
        if (order == ScanOrder.OLDEST) low = Math.max(low, edge);
        else high = Math.min(high, edge);
        if (edgeMs != null) frontierMs = edgeMs;
        if (bytes <= WINDOW_BYTES / 2) width = Math.min(width * 2, Long.MAX_VALUE / 4);
        else if (bytes > WINDOW_BYTES) width = Math.max(1, width / 2);
    }

    /** Shrinks a window that has too many bytes; true if a smaller one may have fewer. */
    boolean shrink() {
        if (width == 1) return false;
        width = Math.max(1, Math.min(width, high - low) / SHRINK);
        return true;
    }

    /** Moves the position back to a record that is left for the next answer. */
    void moveBackTo(ScanMatch match) {
        if (order == ScanOrder.OLDEST) low = Math.min(low, match.offset());
        else high = Math.max(high, match.offset() + 1);
        frontierMs = match.timestampMs();
    }
}
