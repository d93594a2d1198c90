package io.letterbox.log;

import io.letterbox.disk.SharedFile;
import io.letterbox.record.RecordBatch;
import io.letterbox.record.RecordCursor;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A read in one segment. Takes no lock. Each object belongs to one thread, which may be any. */
final class SegmentRead {
    /**
     * How much more is read than was requested, so that skipping from the index entry to the batch needs no second
     * read.
     */
    private static final int SLACK_BYTES = 5 << 10;

    /** How much of the active segment's end is assumed to be in the page cache, because it was written recently. */
    private static final int RECENT_BYTES = 64 << 20;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final Segment segment;
    private final long contiguousFrom;
    private final long end;
    private final long limit;
    private final RecordBatch batch = new RecordBatch();

    /** The expected base offset of the next batch; the real one may be greater where compaction has left gaps. */
    private long expectedOffset;

    /**
     * A part of the segment's file that was read into memory.
     *
     * @param start its position in the file
     */
    private record Window(ByteBuffer bytes, long start) {
        boolean holds(long position, int sizeBytes) {
            return position >= start && position + sizeBytes <= start + bytes.limit();
        }
    }

    /** @param contiguousFrom from this offset on no offset may be missing; below it compaction may have left gaps */
    SegmentRead(Segment segment, long contiguousFrom) {
        this.segment = segment;
        this.contiguousFrom = contiguousFrom;
        // In this order: the owner publishes the size before the offset, so all batches up to this offset are within
        // this size.
        this.end = segment.nextOffset();
        this.limit = segment.sizeBytes();
    }

    /** An answer without batches. */
    static LogRead nothing(long nextOffset) {
        return new LogRead(NOTHING, nextOffset);
    }

    /**
     * Reads whole batches from the first one that ends at or beyond an offset.
     *
     * @param maxBytes at most so many bytes, but always the first batch
     * @param upToOffset no batch that ends beyond it
     * @return null if the segment has no such batch
     * @throws CorruptLogException if bytes have changed since they were written
     */
    LogRead from(long offset, int maxBytes, long upToOffset) throws IOException {
        long next = seek(offset);
        while (next < limit) {
            int wanted = (int) Math.min(limit - next, (long) Math.max(maxBytes, 0) + SLACK_BYTES);
            Window window = load(next, wanted);
            int at = 0;
            while (wanted - at >= RecordBatch.HEADER_BYTES) {
                int size = header(window, at);
                if (batch.lastOffset() >= offset) {
                    // A first batch that is larger than the buffer is read again, alone.
                    if (size > wanted - at) return take(load(next, size), 0, offset, size, upToOffset);
                    return take(window, at, offset, maxBytes, upToOffset);
                }
                expectedOffset = batch.nextOffset();
                next += size;
                if (size >= wanted - at) break;
                at += size;
            }
            if (limit - next > 0 && limit - next < RecordBatch.HEADER_BYTES) throw truncatedHeader(next);
        }
        requireReached();
        return null;
    }

    /** At the end of the last batch: checks that no batch is missing. */
    private void requireReached() throws CorruptLogException {
        if (expectedOffset >= end || expectedOffset < contiguousFrom) return;
        throw corrupt(limit, "The segment ends at offset " + expectedOffset + ", before the next one begins.");
    }

    /**
     * Like {@link #from}, but returns the region of the file that holds the batches. Reads the index and a few headers
     * only, so the reader of the bytes has to check them.
     *
     * @param closed whether the segment was closed before this was made, so that its size and its last offset agree
     */
    FileRegion locate(long offset, int maxBytes, long upToOffset, boolean closed) throws IOException {
        SharedFile file = segment.pin();
        boolean kept = false;
        try {
            FileRegion found = locateIn(file, offset, maxBytes, upToOffset, closed);
            if (found == null || found.isEmpty()) return found;
            // Loads the region into the page cache, because the event loop that sends it must not wait for the disk.
            if (closed || limit - found.position() > RECENT_BYTES) file.load(found.position(), found.sizeBytes());
            kept = true;
            return found;
        } finally {
            if (!kept) file.unpin();
        }
    }

    private FileRegion locateIn(SharedFile file, long offset, int maxBytes, long upToOffset, boolean closed)
            throws IOException {
        HeaderWalk walk = new HeaderWalk(seek(offset));
        while (walk.next() && batch.lastOffset() < offset) walk.pass();
        if (walk.atEnd()) {
            requireReached();
            return null;
        }
        if (batch.lastOffset() >= upToOffset) return FileRegion.nothing(offset);
        long start = walk.at;
        long stop = Math.min(limit, Math.max(start + Math.max(maxBytes, 0), start + batch.sizeInBytes()));
        if (closed && end <= upToOffset && stop == limit) {
            return new FileRegion(file, start, (int) (stop - start), end);
        }
        walk.pass();
        long entry = segment.index().lookup(upToOffset - 1, stop);
        if (entry != OffsetIndex.NONE && OffsetIndex.position(entry) > walk.at && pointsAtBatch(entry)) {
            expectedOffset = batch.baseOffset();
            walk.at = OffsetIndex.position(entry);
        }
        while (walk.next() && walk.at + batch.sizeInBytes() <= stop && batch.lastOffset() < upToOffset) walk.pass();
        return new FileRegion(file, start, (int) (walk.at - start), expectedOffset);
    }

    /** Walks from header to header; skips the bytes of large batches without reading them. */
    private final class HeaderWalk {
        /** How much one read of a header gets: of small batches, it serves several headers. */
        private static final int WINDOW_BYTES = 4 << 10;

        private Window window;
        private long at;

        /** @param from the position of a batch */
        HeaderWalk(long from) {
            at = from;
        }

        /** Points the view at the batch here; false at the segment's end. */
        boolean next() throws IOException {
            if (atEnd()) return false;
            if (limit - at < RecordBatch.HEADER_BYTES) throw truncatedHeader(at);
            if (window == null || !window.holds(at, RecordBatch.HEADER_BYTES)) {
                window = load(at, (int) Math.min(limit - at, WINDOW_BYTES));
            }
            header(window, (int) (at - window.start));
            return true;
        }

        boolean atEnd() {
            return at >= limit;
        }

        void pass() {
            expectedOffset = batch.nextOffset();
            at += batch.sizeInBytes();
        }
    }

    /** The first record from an offset on that is not older than a time, or null if there is none. */
    TimedRecord firstSince(long timestampMs, long fromOffset) throws IOException {
        BatchScan scan = scanFrom(Math.max(fromOffset, segment.index().olderUpTo(timestampMs)));
        while (scan.next()) {
            if (scan.batch().lastOffset() < fromOffset || scan.batch().maxTimestamp() < timestampMs) continue;
            try (RecordCursor records = new RecordCursor(scan.bytes(), fromOffset)) {
                while (records.next()) {
                    if (records.timestampMs() >= timestampMs) return timed(records, scan.batch());
                }
            }
        }
        requireSound(scan);
        return null;
    }

    /** The first of those records between two offsets that have the greatest timestamp, or null if there is none. */
    TimedRecord newest(long fromOffset, long upToOffset) throws IOException {
        TimedRecord newest = firstSince(segment.maxTimestampMs(), fromOffset);
        if (newest != null && newest.offset() < upToOffset) return newest;
        // The newest record is outside the range. The time index has the newest record up to most offsets; the batches
        // behind that have to be scanned.
        long scanFrom = fromOffset;
        newest = null;
        MemoryIndex memory = segment.index().inMemory();
        int entry = memory == null ? -1 : memory.times().lastBelow(upToOffset - segment.baseOffset());
        if (entry >= 0) {
            newest = firstSince(memory.times().timestamp(entry), fromOffset);
            if (newest != null && newest.offset() >= upToOffset) newest = null;
            if (newest != null) scanFrom = segment.baseOffset() + memory.times().relativeOffset(entry);
        }
        BatchScan scan = scanFrom(scanFrom);
        while (scan.next() && scan.batch().baseOffset() < upToOffset) {
            if (newest != null && scan.batch().maxTimestamp() <= newest.timestampMs()) continue;
            try (RecordCursor records = new RecordCursor(scan.bytes(), fromOffset)) {
                while (records.next() && records.offset() < upToOffset) {
                    boolean newer = newest == null || records.timestampMs() > newest.timestampMs();
                    if (newer) newest = timed(records, scan.batch());
                }
            }
        }
        requireSound(scan);
        return newest;
    }

    private static TimedRecord timed(RecordCursor records, RecordBatch batch) {
        return new TimedRecord(records.offset(), records.timestampMs(), batch.leaderEpoch());
    }

    private BatchScan scanFrom(long offset) throws IOException {
        long start = seek(offset);
        return new BatchScan(segment::read, start, limit, expectedOffset, contiguousFrom);
    }

    private void requireSound(BatchScan scan) throws CorruptLogException {
        if (scan.defect() != null) throw corrupt(scan.position(), scan.defect());
    }

    /** The position of the first batch that ends at or beyond an offset; the segment's size if there is none. */
    long positionOf(long offset) throws IOException {
        BatchScan scan = scanFrom(offset);
        while (scan.next()) {
            expectedOffset = scan.batch().baseOffset();
            if (scan.batch().lastOffset() >= offset) return scan.position();
        }
        requireSound(scan);
        expectedOffset = scan.expectedOffset();
        return limit;
    }

    /** After {@link #positionOf}: the base offset of the batch there, or the offset after the last one. */
    long offsetAtPosition() {
        return expectedOffset;
    }

    /** Goes to the last indexed batch at or before an offset, or to the segment's first one. Returns its position. */
    private long seek(long offset) throws IOException {
        SegmentIndex index = segment.index();
        long within = Math.min(offset, end - 1);
        boolean inMemory = index.inMemory() != null;
        long entry = index.lookup(within, limit);
        if (entry != OffsetIndex.NONE && !pointsAtBatch(entry)) {
            CorruptLogException wrong = corrupt(OffsetIndex.position(entry), "There is no batch where the index says.");
            // An index in memory was made from the batches, so the batches have changed.
            if (inMemory) throw wrong;
            index.rebuild(wrong);
            entry = index.lookup(within, limit);
        }
        expectedOffset = segment.baseOffset();
        if (entry == OffsetIndex.NONE) return 0;
        long position = OffsetIndex.position(entry);
        Window header = load(position, RecordBatch.HEADER_BYTES);
        expectedOffset = batch.wrap(header.bytes, 0).baseOffset();
        return position;
    }

    private boolean pointsAtBatch(long entry) throws IOException {
        long at = OffsetIndex.position(entry);
        if (at < 0 || at > limit - RecordBatch.HEADER_BYTES) return false;
        batch.wrap(load(at, RecordBatch.HEADER_BYTES).bytes, 0);
        return batch.magic() == 2 && batch.lastOffset() == segment.baseOffset() + OffsetIndex.relativeOffset(entry);
    }

    /** Takes as many batches from a position in a window as may be returned, and checks each of them as a whole. */
    private LogRead take(Window window, int from, long offset, int maxBytes, long upToOffset) throws IOException {
        ByteBuffer bytes = window.bytes;
        int at = from;
        long next = offset;
        while (bytes.limit() - at >= RecordBatch.HEADER_BYTES) {
            int size = header(window, at);
            boolean fits = size <= bytes.limit() - at && (at == from || at - from + (long) size <= maxBytes);
            boolean beyond = batch.lastOffset() >= upToOffset;
            if (!fits || beyond && at > from) break;
            // The first batch is checked even if it ends beyond the limit: otherwise one with a damaged last offset
            // would look, for ever, like a batch that may not be read yet.
            String defect = batch.defect();
            if (defect != null) throw corrupt(window.start + at, defect);
            if (beyond) break;
            next = batch.nextOffset();
            expectedOffset = next;
            at += size;
        }
        // The first batch ends beyond the limit, so there is nothing to read yet.
        if (at == from) return nothing(offset);
        return new LogRead(bytes.position(from).limit(at), next);
    }

    /** Points the view at a batch, checks its header and returns its size. */
    private int header(Window window, int at) throws IOException {
        batch.wrap(window.bytes, at);
        long position = window.start + at;
        int size = batch.sizeInBytes();
        long there = limit - position;
        if (batch.magic() != 2 || size < RecordBatch.HEADER_BYTES || size > there || size > BatchScan.MAX_BATCH_BYTES) {
            throw corrupt(position, "There is no batch where one should begin.");
        }
        long base = batch.baseOffset();
        if (base < expectedOffset || base > expectedOffset && expectedOffset >= contiguousFrom) {
            throw corrupt(position, "A batch has the offset " + base + " where " + expectedOffset + " should be.");
        }
        return size;
    }

    private Window load(long start, int size) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(size);
        if (segment.read(bytes, start) < size) throw corrupt(start, "The file is shorter than it was.");
        return new Window(bytes.flip(), start);
    }

    private CorruptLogException truncatedHeader(long at) {
        return corrupt(at, "The file breaks off within a batch's header.");
    }

    private CorruptLogException corrupt(long at, String defect) {
        return new CorruptLogException(segment.logPath(), at, defect);
    }
}
