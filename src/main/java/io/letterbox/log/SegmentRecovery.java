package io.letterbox.log;

import io.letterbox.disk.Disk;
import io.letterbox.disk.LogFile;
import io.letterbox.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Opens the segments of one log whose ends have to be checked: uses their index files up to a trusted offset, as far as
 * they agree with the batches, and reads every batch behind that.
 */
final class SegmentRecovery {
    private static final int CHUNK_BYTES = 1 << 20;

    private final Disk disk;
    private final Path directory;
    private final int indexIntervalBytes;
    private final long contiguousFrom;

    /** @param contiguousFrom from this offset on no offset may be missing */
    SegmentRecovery(Disk disk, Path directory, int indexIntervalBytes, long contiguousFrom) {
        this.disk = disk;
        this.directory = directory;
        this.indexIntervalBytes = indexIntervalBytes;
        this.contiguousFrom = contiguousFrom;
    }

    /**
     * A segment after recovery.
     *
     * @param segment the segment up to its last good batch, with indexes in memory
     * @param epochs the epochs that begin with batches that were read
     * @param batchesChecked how many batches were read
     * @param startBytes the position at which reading began
     * @param goodBytes the end of the good batches in the file
     * @param endOffset the offset after the last good batch
     * @param defect the damage at {@code goodBytes}, or null if the file ends there
     */
    record Walked(
            Segment segment,
            List<LeaderEpochCache.EpochEntry> epochs,
            long batchesChecked,
            long startBytes,
            long goodBytes,
            long endOffset,
            String defect) {

        /**
         * Writes the good batches again, so that the operating system takes their pages for dirty and the next force
         * writes them.
         */
        void writeAgain() throws IOException {
            ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
            for (long at = startBytes; at < goodBytes; at += chunk.limit()) {
                segment.read(chunk.clear().limit((int) Math.min(CHUNK_BYTES, goodBytes - at)), at);
                segment.overwrite(chunk.flip(), at);
            }
        }
    }

    /**
     * Opens a segment and reads its batches.
     *
     * @param sizeBytes how much of the file to look at
     * @param trustedUpTo index entries at or beyond this offset are rebuilt
     */
    Walked open(long baseOffset, long sizeBytes, long trustedUpTo) throws IOException {
        boolean trusted = trustedUpTo > baseOffset;
        OffsetIndex offsets =
                OffsetIndex.decode(content(SegmentFiles.offsetIndex(directory, baseOffset), trusted), sizeBytes);
        TimeIndex times = TimeIndex.decode(content(SegmentFiles.timeIndex(directory, baseOffset), trusted));
        long position = 0;
        long expectedOffset = baseOffset;
        if (offsets.count() > 0) {
            try (LogFile log = disk.open(SegmentFiles.log(directory, baseOffset))) {
                long first = cutToTrusted(log, offsets, baseOffset, trustedUpTo);
                if (first >= 0) {
                    position = OffsetIndex.position(offsets.entry(offsets.count() - 1));
                    expectedOffset = first;
                }
            }
        }
        int known = offsets.count();
        times.cutBeyond(known == 0 ? -1 : OffsetIndex.relativeOffset(offsets.entry(known - 1)));
        MemoryIndex read = new MemoryIndex(baseOffset, offsets, times);
        Segment segment = Segment.recovering(disk, directory, baseOffset, read);
        Walked walked = null;
        try {
            BatchScan scan = new BatchScan(segment::read, position, sizeBytes, expectedOffset, contiguousFrom);
            walked = walk(segment, scan, position);
            return walked;
        } finally {
            if (walked == null) segment.close();
        }
    }

    private ByteBuffer content(Path file, boolean trusted) throws IOException {
        return trusted ? new IndexFile(disk, file).content() : ByteBuffer.allocate(0);
    }

    /** Drops entries from the end until one points at its batch; returns that batch's base offset, or -1. */
    private static long cutToTrusted(LogFile log, OffsetIndex offsets, long baseOffset, long trustedUpTo)
            throws IOException {
        RecordBatch batch = new RecordBatch();
        for (int count = offsets.count(); count > 0; count--) {
            long entry = offsets.entry(count - 1);
            long lastOffset = baseOffset + OffsetIndex.relativeOffset(entry);
            if (lastOffset < trustedUpTo) {
                ByteBuffer header = ByteBuffer.allocate(RecordBatch.HEADER_BYTES);
                int read = log.read(header, OffsetIndex.position(entry));
                boolean there = read == RecordBatch.HEADER_BYTES
                        && batch.wrap(header.flip(), 0).magic() == 2;
                if (there && batch.lastOffset() == lastOffset && batch.baseOffset() >= baseOffset) {
                    offsets.cut(count);
                    return batch.baseOffset();
                }
            }
        }
        offsets.cut(0);
        return -1;
    }

    private Walked walk(Segment segment, BatchScan scan, long startBytes) throws IOException {
        List<LeaderEpochCache.EpochEntry> epochs = new ArrayList<>();
        int epoch = -1;
        long batches = 0;
        while (scan.next()) {
            RecordBatch batch = scan.batch();
            segment.adopt(batch, scan.position(), indexIntervalBytes);
            if (batch.leaderEpoch() > epoch) {
                epoch = batch.leaderEpoch();
                epochs.add(new LeaderEpochCache.EpochEntry(epoch, batch.baseOffset()));
            }
            batches++;
        }
        return new Walked(segment, epochs, batches, startBytes, scan.position(), scan.expectedOffset(), scan.defect());
    }
}
