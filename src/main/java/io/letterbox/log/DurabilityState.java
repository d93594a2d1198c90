package io.letterbox.log;

import io.letterbox.disk.DataLayout;
import io.letterbox.text.FileTrouble;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The durable, forced and safe offsets of a log, and whether it may be written at all. Any thread, except for the high
 * watermark; the offsets are never beyond the log's end.
 */
final class DurabilityState {
    private final Path directory;
    private final AtomicLong forcedOffset;
    private final AtomicLong durableOffset;
    private volatile Exception poison;

    // Owned by the log's owner. Everything below it is safe, everything above is speculation; the greatest number if it
    // was not set, so that all is safe.
    private long highWatermark = Long.MAX_VALUE;

    /** @param endOffset the end of the log, which is forced as a whole */
    DurabilityState(Path directory, long endOffset) {
        this.directory = directory;
        this.forcedOffset = new AtomicLong(endOffset);
        this.durableOffset = new AtomicLong(endOffset);
    }

    Path directory() {
        return directory;
    }

    /** Everything below it is on disk in the segments. */
    long forcedOffset() {
        return forcedOffset.get();
    }

    /** Everything below it is on disk, in the segments or in a write-ahead log. */
    long durableOffset() {
        return durableOffset.get();
    }

    /** Notes that the segments were forced up to an offset. */
    void forced(long upToOffset) {
        forcedOffset.accumulateAndGet(upToOffset, Math::max);
        writtenAhead(upToOffset);
    }

    /** Notes that the write-ahead log holds everything up to an offset. */
    void writtenAhead(long upToOffset) {
        durableOffset.accumulateAndGet(upToOffset, Math::max);
    }

    /** Sets the offset below which everything is safe; everything above may be truncated. Owner only. */
    void committed(long offset) {
        highWatermark = offset;
    }

    /** The end of the safe records; beyond the log's end if all are safe. Owner only. */
    long highWatermark() {
        return highWatermark;
    }

    /** Notes that the log was truncated to an offset. */
    void cut(long endOffset) {
        forcedOffset.accumulateAndGet(endOffset, Math::min);
        durableOffset.accumulateAndGet(endOffset, Math::min);
    }

    /** Refuses all later writes, because a failure has left the log's end unknown. Only the first cause is kept. */
    void poison(Exception cause) {
        if (poison == null) poison = cause;
    }

    boolean isPoisoned() {
        return poison != null;
    }

    /** Throws if the log is poisoned. */
    void requireSound() throws IOException {
        Exception cause = poison;
        if (cause == null) return;
        throw new IOException(
                "The log " + DataLayout.displayName(directory) + " takes no more writes: " + FileTrouble.reason(cause),
                cause);
    }
}
