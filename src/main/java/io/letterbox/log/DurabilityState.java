package io.letterbox.log;

import io.letterbox.disk.DataLayout;
import io.letterbox.text.FileTrouble;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How far a log is on disk and safe, and whether it may be written at all. Any thread, but for the high watermark; the
 * offsets are never beyond the log's end.
 */
final class DurabilityState {
    private final Path directory;
    private final AtomicLong forcedOffset;
    private final AtomicLong durableOffset;
    private volatile Exception poison;

    // The log's owner. Everything below it is safe, everything above is speculation; the greatest number if nobody has
    // said so, and all is safe.
    private long highWatermark = Long.MAX_VALUE;

    /** @param endOffset the end of the log, all of which is in its files for sure */
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

    /** The segments have been forced. */
    void forced(long upToOffset) {
        forcedOffset.accumulateAndGet(upToOffset, Math::max);
        writtenAhead(upToOffset);
    }

    /** It has been made durable elsewhere. */
    void writtenAhead(long upToOffset) {
        durableOffset.accumulateAndGet(upToOffset, Math::max);
    }

    /** Everything below an offset is safe, and what lies above may be cut. Owner only. */
    void committed(long offset) {
        highWatermark = offset;
    }

    /** Where what is safe ends; beyond the end of the log where all is. Owner only. */
    long highWatermark() {
        return highWatermark;
    }

    /** The log has been cut. */
    void cut(long endOffset) {
        forcedOffset.accumulateAndGet(endOffset, Math::min);
        durableOffset.accumulateAndGet(endOffset, Math::min);
    }

    /** Something failed in a way that leaves the log's end unknown. For good; the first cause stays. */
    void poison(Exception cause) {
        if (poison == null) poison = cause;
    }

    boolean isPoisoned() {
        return poison != null;
    }

    /** Throws where the log takes no more writes. */
    void requireSound() throws IOException {
        Exception cause = poison;
        if (cause == null) return;
        throw new IOException(
                "The log " + DataLayout.displayName(directory) + " takes no more writes: " + FileTrouble.reason(cause),
                cause);
    }
}
