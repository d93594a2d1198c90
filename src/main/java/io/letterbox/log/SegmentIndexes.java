package io.letterbox.log;

import io.letterbox.disk.DataLayout;
import io.letterbox.disk.Disk;
import io.letterbox.disk.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** The index files of a segment: looking things up where they are not in memory, extending and rebuilding them. */
public final class SegmentIndexes {
    private SegmentIndexes() {}

    /**
     * The last entry of the offset index that is at or below an offset and at or below a position of the file, or
     * {@link OffsetIndex#NONE}. Any thread.
     */
    static long lookup(Segment segment, long offset, long position) throws IOException {
        int relative = (int) Math.min(Integer.MAX_VALUE, offset - segment.baseOffset());
        int at = (int) Math.min(Integer.MAX_VALUE, position);
        Segment.Indexes memory = segment.indexes();
        if (memory != null) return memory.offsets().lookup(relative, at);
        try (LogFile file = segment.disk().open(segment.offsetIndexPath())) {
            return OffsetIndex.lookup(file, relative, at);
        } catch (NoSuchFileException absent) {
            return rebuild(segment, absent).offsets().lookup(relative, at);
        }
    }

    /** The greatest offset up to which all records are known to be older than a time, or -1. Any thread. */
    static long olderUpTo(Segment segment, long timestampMs) throws IOException {
        int relative = relativeOlderUpTo(segment, timestampMs);
        return relative < 0 ? -1 : segment.baseOffset() + relative;
    }

    private static int relativeOlderUpTo(Segment segment, long timestampMs) throws IOException {
        Segment.Indexes memory = segment.indexes();
        if (memory != null) return memory.times().olderUpTo(timestampMs);
        try (LogFile file = segment.disk().open(segment.timeIndexPath())) {
            return TimeIndex.olderUpTo(file, timestampMs);
        } catch (NoSuchFileException absent) {
            return rebuild(segment, absent).times().olderUpTo(timestampMs);
        }
    }

    /** The greatest timestamp in a closed segment, -1 where there is none. Any thread. */
    static long greatestTimestamp(Segment segment) throws IOException {
        Segment.Indexes memory = segment.indexes();
        if (memory == null) {
            try (LogFile file = segment.disk().open(segment.timeIndexPath())) {
                return TimeIndex.greatest(file);
            } catch (NoSuchFileException absent) {
                memory = rebuild(segment, absent);
            }
        }
        int last = memory.times().count() - 1;
        return last < 0 ? -1 : memory.times().timestamp(last);
    }

    /**
     * Reads a whole closed segment to make its indexes anew, in memory; the log's owner writes them out later. This is
     * what a missing or wrong index costs: one pass over at most one segment.
     */
    static Segment.Indexes rebuild(Segment segment, IOException because) throws IOException {
        if (segment.isGone()) throw because;
        Segment fresh = Segment.recovering(
                segment.disk(),
                segment.logPath().getParent(),
                segment.baseOffset(),
                new Segment.Indexes(new OffsetIndex(), new TimeIndex()));
        BatchScan scan = new BatchScan(segment::read, 0, segment.sizeBytes(), segment.baseOffset(), Long.MAX_VALUE);
        while (scan.next())
            fresh.adopt(scan.batch(), scan.position(), LogConfig.defaults().indexIntervalBytes());
        if (scan.defect() != null) throw corrupt(segment, scan.position(), scan.defect());
        fresh.finishTimes();
        segment.repaired(fresh.indexes());
        return fresh.indexes();
    }

    static CorruptLogException corrupt(Segment segment, long position, String defect) {
        return new CorruptLogException(DataLayout.shown(segment.logPath()) + " at byte " + position + ": " + defect);
    }

    /** Makes an empty file where there is none; durable when it is forced, and its directory. */
    static void ensure(Disk disk, Path path) throws IOException {
        if (!disk.exists(path)) disk.create(path).close();
    }

    /**
     * Writes entries behind those that a file has; where there are none of either, there need be no file. What lies there already is from before a crash or a truncation; it is
     * cut off durably first, because old entries among new ones could not be told apart after the next crash.
     */
    static void extend(Disk disk, Path path, long fromBytes, ByteBuffer entries) throws IOException {
        boolean absent = fromBytes == 0 && !disk.exists(path);
        if (!entries.hasRemaining() && (absent || disk.size(path) == fromBytes)) return;
        try (LogFile file = absent ? disk.create(path) : disk.open(path)) {
            if (file.size() > fromBytes) {
                file.truncate(fromBytes);
                file.force();
            }
            file.write(entries, fromBytes);
        }
    }

    /** Writes a whole index file, durably but for its name. */
    public static void write(Disk disk, Path path, ByteBuffer entries) throws IOException {
        try (LogFile file = disk.create(path)) {
            file.write(entries, 0);
            file.force();
        }
    }

    /** Makes an index file durable. */
    static void force(Disk disk, Path path) throws IOException {
        try (LogFile file = disk.open(path)) {
            file.force();
        }
    }

    /** What an index file holds; empty where there is none. */
    public static ByteBuffer content(Disk disk, Path path) throws IOException {
        try {
            return ByteBuffer.wrap(disk.readAll(path));
        } catch (NoSuchFileException absent) {
            return ByteBuffer.allocate(0);
        }
    }
}
