package io.letterbox.log;

import io.letterbox.disk.Disk;
import io.letterbox.disk.LogFile;
import io.letterbox.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * Cuts off the front of a log's oldest segment down to {@code retention.bytes}, for a disk without room. Retention
 * takes whole segments, so where one segment holds nearly everything it frees nothing until another has been filled,
 * and nothing can be filled on such a disk. What stays is copied; that is done only where it is less than what goes.
 * Works on the thread of the log's owner.
 */
public final class LogShrink {
    /** What is written beside the copy: index, snapshot and checkpoints. */
    private static final long BESIDE_BYTES = 128 << 10;

    private static final int CHUNK_BYTES = 1 << 20;

    private final Disk disk;
    private final PartitionLog log;
    private final Start start;

    /** Moves the log's start up, as {@link PartitionLog#deleteRecordsBefore} does; perhaps later. */
    @FunctionalInterface
    public interface Start {
        void moveTo(long offset) throws IOException;
    }

    public LogShrink(Disk disk, PartitionLog log, Start start) {
        this.disk = disk;
        this.log = log;
        this.start = start;
    }

    /** How much room it takes to shrink the log, in bytes; -1 if that would free too little. */
    public long neededBytes() {
        LogConfig config = log.config();
        if (!config.delete() || config.retentionBytes() < 0) return -1;
        long excess = log.sizeBytes() - config.retentionBytes();
        long kept = Math.max(0, log.segments().get(0).sizeBytes() - excess);
        return excess <= BESIDE_BYTES || kept > excess ? -1 : kept + BESIDE_BYTES;
    }

    /**
     * Shrinks the log, where {@link #neededBytes} has said that this is worth it. The log start offset moves up.
     *
     * @param highWatermark nothing at or above it goes
     * @return false if that cannot be done to this log
     * @throws IOException where it cannot be done now; the log is as it was, but for a segment that was rolled
     */
    public boolean run(long highWatermark) throws IOException {
        if (neededBytes() < 0) return false;
        if (log.segmentCount() == 1) log.roll();
        Segment oldest = log.segments().get(0);
        long excess = log.sizeBytes() - log.config().retentionBytes();
        if (excess >= oldest.sizeBytes()) {
            if (oldest.nextOffset() > highWatermark) return false;
            start.moveTo(oldest.nextOffset());
            return true;
        }
        // Readers of what stays must know which transactions in it were aborted, and a replacement has none.
        if (!oldest.index().aborted().isEmpty()) return false;
        long entry = oldest.index().lookup(oldest.nextOffset(), excess);
        if (entry == OffsetIndex.NONE) return false;
        long from = OffsetIndex.position(entry);
        long kept = baseOffset(oldest, from);
        if (kept > highWatermark) return false;
        Path copy = oldest.logPath().resolveSibling(oldest.logPath().getFileName() + SegmentFiles.CLEANED);
        boolean taken = false;
        try {
            copy(oldest, from, copy);
            start.moveTo(kept);
            if (log.logStartOffset() < kept) return false;
            log.replace(List.of(oldest), copy);
            taken = true;
        } finally {
            if (!taken) disk.delete(copy);
        }
        return true;
    }

    private static long baseOffset(Segment segment, long position) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(RecordBatch.HEADER_BYTES);
        if (segment.read(header, position) < header.capacity()) {
            throw new CorruptLogException(segment.logPath(), position, "There is no batch where one should begin.");
        }
        return RecordBatch.of(header.flip()).baseOffset();
    }

    private void copy(Segment segment, long from, Path to) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
        try (LogFile file = disk.create(to)) {
            for (long at = from; at < segment.sizeBytes(); ) {
                segment.read(chunk.clear().limit((int) Math.min(CHUNK_BYTES, segment.sizeBytes() - at)), at);
                int size = chunk.flip().remaining();
                file.write(chunk, at - from);
                at += size;
            }
            file.force();
        }
    }
}
