package io.letterbox.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The segments of a log at one moment, oldest first, the active one last. Immutable: safe from any thread. */
final class SegmentList {
    private final Segment[] segments;
    private final long closedBytes;

    SegmentList(List<Segment> segments) {
        this.segments = segments.toArray(Segment[]::new);
        long sum = 0;
        for (int index = 0; index < this.segments.length - 1; index++) sum += this.segments[index].sizeBytes();
        this.closedBytes = sum;
    }

    int size() {
        return segments.length;
    }

    Segment get(int index) {
        return segments[index];
    }

    Segment active() {
        return segments[segments.length - 1];
    }

    long sizeBytes() {
        return closedBytes + active().sizeBytes();
    }

    List<Segment> toList() {
        return List.of(segments);
    }

    /** The index of the last segment whose base offset is not above an offset; 0 if all are above it. */
    int find(long offset) {
        int low = 0;
        int high = segments.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (segments[middle].baseOffset() <= offset) low = middle + 1;
            else high = middle;
        }
        return Math.max(0, low - 1);
    }

    /** As {@link PartitionLog#read}, on these segments. Any thread; blocks. */
    LogRead read(long offset, int maxBytes, long upToOffset, long contiguousFrom) throws IOException {
        long from = offset;
        for (int index = find(offset); index < segments.length && from < upToOffset; index++) {
            Segment segment = segments[index];
            LogRead found = new SegmentRead(segment, contiguousFrom).from(from, maxBytes, upToOffset);
            if (found != null) return found;
            from = Math.max(from, segment.nextOffset());
        }
        return SegmentRead.nothing(Math.max(offset, Math.min(from, upToOffset)));
    }

    /** As {@link PartitionLog#locate}, on these segments. Any thread; blocks. */
    FileRegion locate(long offset, int maxBytes, long upToOffset, long contiguousFrom) throws IOException {
        long from = offset;
        for (int index = find(offset); index < segments.length && from < upToOffset; index++) {
            Segment segment = segments[index];
            boolean closed = index < segments.length - 1;
            FileRegion found = new SegmentRead(segment, contiguousFrom).locate(from, maxBytes, upToOffset, closed);
            if (found != null) return found;
            from = Math.max(from, segment.nextOffset());
        }
        return FileRegion.nothing(Math.max(offset, Math.min(from, upToOffset)));
    }

    /** As {@link PartitionLog#firstSince}, on these segments and from an offset on. Any thread; blocks. */
    TimedRecord firstSince(long timestampMs, long fromOffset, long upToOffset, long contiguousFrom) throws IOException {
        for (int index = find(fromOffset); index < segments.length; index++) {
            if (segments[index].baseOffset() >= upToOffset) break;
            if (segments[index].maxTimestampMs() < timestampMs) continue;
            TimedRecord found = new SegmentRead(segments[index], contiguousFrom).firstSince(timestampMs, fromOffset);
            if (found != null) return found.offset() < upToOffset ? found : null;
        }
        return null;
    }

    /** As {@link PartitionLog#newest}, on these segments and from an offset on. Any thread; blocks. */
    TimedRecord newest(long fromOffset, long upToOffset, long contiguousFrom) throws IOException {
        TimedRecord newest = null;
        // Backwards, because timestamps grow in most logs: then the older segments need not be opened.
        for (int index = segments.length - 1; index >= find(fromOffset); index--) {
            Segment segment = segments[index];
            if (segment.baseOffset() >= upToOffset) continue;
            if (newest != null && segment.maxTimestampMs() < newest.timestampMs()) continue;
            TimedRecord found = new SegmentRead(segment, contiguousFrom).newest(fromOffset, upToOffset);
            if (found != null && (newest == null || found.timestampMs() >= newest.timestampMs())) newest = found;
        }
        return newest;
    }

    /**
     * Closes files that were not used since the last call, and writes the index files that could not be written before.
     * Log's owner only.
     *
     * @param pending a segment whose file has to stay open
     */
    void maintain(long forcedOffset, SegmentReplacement pending) throws IOException {
        for (int index = 0; index < segments.length - 1; index++) {
            Segment closed = segments[index];
            if (closed.nextOffset() <= forcedOffset && !pending.needsOpen(closed)) closed.closeWhenIdle();
            if (closed.index().inMemory() != null) closed.index().storeRepaired();
        }
        active().closeFileWhenIdle();
    }

    SegmentList with(Segment active) {
        List<Segment> more = new ArrayList<>(toList());
        more.add(active);
        return new SegmentList(more);
    }

    SegmentList withoutFirst(int count) {
        return new SegmentList(toList().subList(count, segments.length));
    }

    /** The first few segments, followed by another. */
    SegmentList firstAnd(int count, Segment active) {
        List<Segment> fewer = new ArrayList<>(toList().subList(0, count));
        fewer.add(active);
        return new SegmentList(fewer);
    }

    /** A list with one segment in place of several neighbouring ones. */
    SegmentList replacing(List<Segment> neighbours, Segment by) {
        List<Segment> changed = new ArrayList<>(toList());
        int at = changed.indexOf(neighbours.get(0));
        if (at < 0 || !changed.subList(at, at + neighbours.size()).equals(neighbours)) {
            throw new IllegalArgumentException("These are not neighbouring segments of the log");
        }
        changed.subList(at, at + neighbours.size()).clear();
        changed.add(at, by);
        return new SegmentList(changed);
    }
}
