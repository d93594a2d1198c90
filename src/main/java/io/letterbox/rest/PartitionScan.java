package io.letterbox.rest;

import io.letterbox.error.ApiException;

/**
 * How far a scan has come in one partition. Logs are read forwards only, so a scan from the newest record to the oldest
 * takes a window of offsets at a time, each below the one before. Windows grow while they are cheap and shrink where they
 * are dear. Pure; owned by the scan.
 */
final class PartitionScan {
    /** Bytes of batches in a window, about. */
    static final int WINDOW_BYTES = 256 << 10;

    /** A window that turns out so much dearer is given up for a smaller one. */
    static final int MAX_WINDOW_BYTES = 8 * WINDOW_BYTES;

    private static final long FIRST_WIDTH = 64;
    private static final int SHRINK = 8;

    /**
     * Offsets to look at.
     *
     * @param from the first
     * @param to behind the last
     */
    record Window(long from, long to) {}

    private final ScanOrder order;
    private final int partition;
    private long low;
    private long high;
    private long width = FIRST_WIDTH;
    private Long frontierMs;
    private ApiException trouble;

    /**
     * @param low the first offset that is to be looked at
     * @param high behind the last one; nothing is looked at where it is not above {@code low}
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

    /** How many offsets are left to look at. */
    long remaining() {
        return trouble != null ? 0 : Math.max(0, high - low);
    }

    /** Where another request goes on. */
    long position() {
        return order == ScanOrder.NEWEST ? Math.max(0, high) : low;
    }

    /** Why nothing more of the partition can be read, or null. */
    ApiException trouble() {
        return trouble;
    }

    /** What is left of the partition cannot be read. */
    void stop(ApiException why) {
        trouble = why;
    }

    /** Retention has taken what lies below an offset. */
    void startMovedTo(long logStartOffset) {
        low = Math.max(low, logStartOffset);
    }

    /** The time up to which everything was looked at; null while nothing was. */
    Long frontierMs() {
        return frontierMs;
    }

    /** The next offsets to look at; there are some. */
    Window next() {
        return order == ScanOrder.OLDEST
                ? new Window(low, high)
                : new Window(high - low > width ? high - width : low, high);
    }

    /**
     * A window was looked at from its end that is already known on: newest first down to {@code edge}, oldest first up to
     * below it.
     *
     * @param bytes what it took to read
     * @param edgeMs the time of the record at the edge, or null where there was none
     */
    void passed(long edge, long bytes, Long edgeMs) {
        if (order == ScanOrder.OLDEST) low = Math.max(low, edge);
        else high = Math.min(high, edge);
        if (edgeMs != null) frontierMs = edgeMs;
        if (bytes <= WINDOW_BYTES / 2) width = Math.min(width * 2, Long.MAX_VALUE / 4);
        else if (bytes > WINDOW_BYTES) width = Math.max(1, width / 2);
    }

    /** A window took too much; true where a smaller one may take less. */
    boolean tooMuch() {
        if (width == 1) return false;
        width = Math.max(1, Math.min(width, high - low) / SHRINK);
        return true;
    }

    /** A record that was found is left for another answer, so the scan goes on with it. */
    void leave(ScanMatch match) {
        if (order == ScanOrder.OLDEST) low = Math.min(low, match.offset());
        else high = Math.max(high, match.offset() + 1);
        frontierMs = match.timestampMs();
    }
}
