package io.letterbox.log;

import io.letterbox.disk.Disk;
import io.letterbox.disk.LogFile;
import io.letterbox.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * Removes the front of a log's oldest segment, down to {@code retention.bytes}, for a full disk. Retention deletes
 * whole segments, so it frees nothing if one segment holds nearly everything, and on a full disk no other segment is
 * ever filled. The rest of the segment is copied, but only if it is smaller than the removed part. Works on the thread
 * of the log's owner.
 */
public final class LogShrink {
    /** The bytes written besides the copy: index, snapshot and checkpoints. */
    private static final long BESIDE_BYTES = 128 << 10;

    private static final int CHUNK_BYTES = 1 << 20;

    private final Disk disk;
    private final PartitionLog log;
    private final Start start;

    /** Moves the log's start up, like {@link PartitionLog#deleteRecordsBefore}; maybe later. */
    @FunctionalInterface
    public interface Start {
        void moveTo(long offset) throws IOException;
    }

    public LogShrink(Disk disk, PartitionLog log, Start start) {
        this.disk = disk;
        this.log = log;
        this.start = start;
    }

    /** The disk space that shrinking the log needs, in bytes; -1 if it would free too little. */
    public long neededBytes() {
        LogConfig config = log.config();
        if (!config.delete() || config.retentionBytes() < 0) return -1;
        long excess = log.sizeBytes() - config.retentionBytes();
        long kept = Math.max(0, log.segments().get(0).sizeBytes() - excess);
        return excess <= BESIDE_BYTES || kept > excess ? -1 : kept + BESIDE_BYTES;
    }

    /**
     * Shrinks the log if {@link #neededBytes} is not -1. The log start offset moves up.
     *
     * @param highWatermark records at or above it stay
     * @return false if this log cannot be shrunk
     * @throws IOException if it cannot be done now; the log is unchanged, except that a segment may have been rolled
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
        // A replacement has no transaction index, but readers need it if the segment has aborted transactions.
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
