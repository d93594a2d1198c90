package io.letterbox.rest;

import io.letterbox.bus.Slice;
import io.letterbox.error.ApiException;
import io.letterbox.filter.Truth;
import io.letterbox.http.JsonBytes;
import io.letterbox.http.RecordEnvelope;
import io.letterbox.record.RecordCursor;
import io.letterbox.rest.PartitionScan.Window;
import io.letterbox.rest.ScanQuery.PageSize;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * Scans the records of one window of a partition, slice by slice. Newest first, it keeps the last matches, because they
 * come first in the answer; oldest first, it ends with the first ones. Handed back and forth between the event loop and
 * the thread that filters records, and never used by both at once.
 */
final class WindowScan {
    private static final int INITIAL_BYTES = 1_024;

    private final ScanQuery query;
    private final int partition;
    private final Window window;
    private final Deque<ScanMatch> found = new ArrayDeque<>();
    private final JsonBytes json = new JsonBytes(INITIAL_BYTES);
    private long foundBytes;
    private long next;
    private long lowest;
    private long records;
    private long notJson;
    private long bytes;
    private Long firstMs;
    private Long lastMs;

    WindowScan(ScanQuery query, int partition, Window window) {
        this.query = query;
        this.partition = partition;
        this.window = window;
        this.next = window.from();
        this.lowest = window.from();
    }

    /** The next offset to read. */
    long next() {
        return next;
    }

    /** True if the window has been scanned as far as necessary. */
    boolean isDone() {
        return next >= window.to();
    }

    /**
     * Scans the records of a slice that begins at {@link #next}.
     *
     * @throws ApiException if they cannot be read; matches found before are kept
     */
    void scan(Slice slice) {
        bytes += slice.batches().remaining();
        boolean nothingLeft = slice.nextOffset() <= next;
        try (RecordCursor cursor = new RecordCursor(slice.batches().duplicate(), next, slice.aborted())) {
            while (cursor.next() && cursor.offset() < window.to()) {
                if (isEnough()) return;
                scan(cursor);
                next = cursor.offset() + 1;
            }
        }
        next = nothingLeft ? window.to() : Math.max(next, slice.nextOffset());
        // One slice is enough if the page can be shown after any of them.
    }

    private void scan(RecordCursor cursor) {
        records++;
        lastMs = cursor.timestampMs();
        if (firstMs == null) firstMs = lastMs;
        Truth truth = query.filter() == null ? Truth.TRUE : query.filter().test(cursor);
        if (truth == Truth.UNKNOWN) notJson++;
        if (truth != Truth.TRUE) return;
        json.clear();
        RecordEnvelope.write(json, null, partition, cursor);
        byte[] text = Arrays.copyOf(json.array(), json.length());
        found.add(new ScanMatch(partition, cursor.offset(), cursor.timestampMs(), text));
        foundBytes += text.length;
        if (query.order() == ScanOrder.NEWEST) keepLast();
    }

    private void keepLast() {
        PageSize size = query.size();
        while (found.size() > size.records() || foundBytes > size.bytes() && found.size() > 1) {
            foundBytes -= found.remove().json().length;
            lowest = found.element().offset();
            firstMs = found.element().timestampMs();
        }
    }

    /** Oldest first, enough is a full page; newest first, the matches to show may still come. */
    private boolean isEnough() {
        PageSize size = query.size();
        return query.order() == ScanOrder.OLDEST && (found.size() >= size.records() || foundBytes > size.bytes());
    }

    /** Reports the progress of this window to the partition's scan. */
    void reportTo(PartitionScan scan) {
        if (query.order() == ScanOrder.OLDEST) scan.advance(Math.min(next, window.to()), bytes, lastMs);
        else scan.advance(lowest, bytes, firstMs);
    }

    List<ScanMatch> found() {
        return List.copyOf(found);
    }

    /** Bytes of batches that were read. */
    long bytes() {
        return bytes;
    }

    long records() {
        return records;
    }

    /** Records that the filter could not judge, because their values are not JSON. */
    long notJson() {
        return notJson;
    }
}
