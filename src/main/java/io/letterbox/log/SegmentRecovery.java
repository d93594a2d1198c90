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
 * Opens one segment whose end is in doubt: takes what its index files say up to a trusted offset, where the batches
 * agree, and walks every batch behind that.
 */
final class SegmentRecovery {
    private static final int CHUNK_BYTES = 1 << 20;

    private final Segment segment;
    private final List<LeaderEpochCache.Entry> epochs = new ArrayList<>();
    private final long startBytes;
    private long batchesChecked;
    private long goodBytes;
    private long endOffset;
    private String defect;

    private SegmentRecovery(Segment segment, long startBytes) {
        this.segment = segment;
        this.startBytes = startBytes;
    }

    /**
     * @param sizeBytes how much of the file to look at
     * @param trustedUpTo index entries at or beyond this offset are made anew
     * @param contiguousFrom from this offset on no offset may be missing
     */
    static SegmentRecovery open(Place place, long baseOffset, long sizeBytes, long trustedUpTo, long contiguousFrom)
            throws IOException {
        Path offsetsPath = SegmentFiles.offsetIndex(place.directory, baseOffset);
        Path timesPath = SegmentFiles.timeIndex(place.directory, baseOffset);
        boolean trusted = trustedUpTo > baseOffset;
        ByteBuffer none = ByteBuffer.allocate(0);
        OffsetIndex offsets =
                OffsetIndex.decode(trusted ? SegmentIndexes.content(place.disk, offsetsPath) : none, sizeBytes);
        TimeIndex times = TimeIndex.decode(trusted ? SegmentIndexes.content(place.disk, timesPath) : none);
        long position = 0;
        long expectedOffset = baseOffset;
        if (offsets.count() > 0) {
            try (LogFile log = place.disk.open(SegmentFiles.log(place.directory, baseOffset))) {
                long first = cutToTrusted(log, offsets, baseOffset, trustedUpTo);
                if (first >= 0) {
                    position = OffsetIndex.position(offsets.entry(offsets.count() - 1));
                    expectedOffset = first;
                }
            }
        }
        int known = offsets.count();
        times.cutBeyond(known == 0 ? -1 : OffsetIndex.relativeOffset(offsets.entry(known - 1)));
        Segment segment =
                Segment.recovering(place.disk, place.directory, baseOffset, new Segment.Indexes(offsets, times));
        SegmentRecovery recovery = new SegmentRecovery(segment, position);
        boolean walked = false;
        try {
            recovery.walk(
                    new BatchScan(segment::read, position, sizeBytes, expectedOffset, contiguousFrom),
                    place.indexIntervalBytes);
            walked = true;
        } finally {
            if (!walked) segment.close();
        }
        return recovery;
    }

    /** Where the segment's files are, and how densely to index them. */
    record Place(Disk disk, Path directory, int indexIntervalBytes) {}

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

    private void walk(BatchScan scan, int indexIntervalBytes) throws IOException {
        int epoch = -1;
        while (scan.next()) {
            RecordBatch batch = scan.batch();
            segment.adopt(batch, scan.position(), indexIntervalBytes);
            if (batch.leaderEpoch() > epoch) {
                epoch = batch.leaderEpoch();
                epochs.add(new LeaderEpochCache.Entry(epoch, batch.baseOffset()));
            }
            batchesChecked++;
        }
        goodBytes = scan.position();
        endOffset = scan.expectedOffset();
        defect = scan.defect();
    }

    /** Lets the system take for new what was walked and is good, so that the next force writes it. */
    void writeAgain() throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
        for (long at = startBytes; at < goodBytes; at += chunk.limit()) {
            segment.read(chunk.clear().limit((int) Math.min(CHUNK_BYTES, goodBytes - at)), at);
            segment.overwrite(chunk.flip(), at);
        }
    }

    /** The segment, with indexes in memory, up to the last good batch. */
    Segment segment() {
        return segment;
    }

    /** The epochs that the walked batches began. */
    List<LeaderEpochCache.Entry> epochs() {
        return epochs;
    }

    long batchesChecked() {
        return batchesChecked;
    }

    /** Where the good batches end in the file. */
    long goodBytes() {
        return goodBytes;
    }

    /** The offset after the last good batch. */
    long endOffset() {
        return endOffset;
    }

    /** What is wrong at {@link #goodBytes}, or null where the file ends there. */
    String defect() {
        return defect;
    }
}
