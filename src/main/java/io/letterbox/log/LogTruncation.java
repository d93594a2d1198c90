package io.letterbox.log;

import io.letterbox.disk.Disk;
import io.letterbox.disk.ForceFailedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Cuts the end off a log. Works on the owner's thread, while no flush runs. */
final class LogTruncation {
    private final Disk disk;
    private final Path directory;
    private final LogConfig config;
    private final long contiguousFrom;

    /** @param contiguousFrom from this offset on no offset may be missing */
    LogTruncation(Disk disk, Path directory, LogConfig config, long contiguousFrom) {
        this.disk = disk;
        this.directory = directory;
        this.config = config;
        this.contiguousFrom = contiguousFrom;
    }

    /**
     * The segments that a truncation keeps, and the files to delete once readers cannot find them any more.
     *
     * @param left the segments that stay, the last one opened anew
     * @param stale the former object of the last segment; null if that is new
     * @param rest the segments to delete
     */
    record Cut(SegmentList left, Segment stale, List<Segment> rest, Disk disk, Path directory) {
        /**
         * Cuts and deletes the files. To be called after the new segments are published, because readers whose bytes
         * disappear look at the published list again. A crash before the end leaves segments beyond the log's end;
         * recovery finds the gap before them and deletes them.
         */
        void finish() throws IOException {
            if (stale != null) {
                // Before the old object is closed: its file may have bytes that are not forced.
                left.active().cutFile();
                stale.retire();
            }
            for (Segment segment : rest) segment.delete();
            disk.forceDirectory(directory);
        }
    }

    /**
     * Truncates at an offset, or at the beginning of the batch that holds it.
     *
     * @param producers brought up to what is left, before readers find that: they have to know what was aborted in it
     * @param durableOffset of the log
     */
    Cut cut(SegmentList segments, long offset, ProducerSnapshots producers, long durableOffset) throws IOException {
        Cut cut = cut(segments, offset);
        boolean rebuilt = false;
        try {
            producers.cut(cut.left(), contiguousFrom, durableOffset);
            rebuilt = true;
            return cut;
        } finally {
            if (!rebuilt) cut.left().active().close();
        }
    }

    private Cut cut(SegmentList segments, long offset) throws IOException {
        int at = segments.find(offset);
        Segment old = segments.get(at);
        List<Segment> all = segments.toList();
        if (offset < old.baseOffset()) {
            // The offset is below all records: the log continues there, empty.
            Segment fresh = Segment.create(disk, directory, offset);
            disk.forceDirectory(directory);
            return new Cut(new SegmentList(List.of(fresh)), null, all, disk, directory);
        }
        SegmentRead read = new SegmentRead(old, contiguousFrom);
        long sizeBytes = read.positionOf(offset);
        SegmentRecovery recovery = new SegmentRecovery(disk, directory, config.indexIntervalBytes(), contiguousFrom);
        long trustedUpTo = hasIndexFiles(old) ? read.offsetAtPosition() : 0;
        SegmentRecovery.Walked reopened = recovery.open(old.baseOffset(), sizeBytes, trustedUpTo);
        if (reopened.defect() != null) {
            throw new CorruptLogException(old.logPath(), reopened.goodBytes(), reopened.defect());
        }
        reopened.segment().continues(old);
        SegmentList left = segments.firstAnd(at, reopened.segment());
        return new Cut(left, old, all.subList(at + 1, all.size()), disk, directory);
    }

    /**
     * Updates the index files of a segment from memory: after an earlier truncation they still have entries for batches
     * behind it. Returns false if that is not possible, so that the segment's batches have to be read.
     */
    private static boolean hasIndexFiles(Segment segment) throws ForceFailedException {
        try {
            segment.index().write();
            return true;
        } catch (ForceFailedException fatal) {
            throw fatal;
        } catch (IOException shortage) {
            return false;
        }
    }
}
