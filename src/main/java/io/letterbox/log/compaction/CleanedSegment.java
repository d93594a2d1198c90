package io.letterbox.log.compaction;

import io.letterbox.disk.Disk;
import io.letterbox.log.Segment;
import io.letterbox.log.SegmentFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A finished, forced replacement for one or more neighbouring closed segments, with its index files.
 *
 * @param sources the segments that it replaces, in order
 * @param directory the partition's directory
 */
record CleanedSegment(List<Segment> sources, Path directory) {
    long baseOffset() {
        return sources.get(0).baseOffset();
    }

    Path log() {
        return cleanedPath(SegmentFiles.log(directory, baseOffset()));
    }

    Path offsetIndex() {
        return cleanedPath(SegmentFiles.offsetIndex(directory, baseOffset()));
    }

    Path timeIndex() {
        return cleanedPath(SegmentFiles.timeIndex(directory, baseOffset()));
    }

    /** Renames the index files, after the segment's file was renamed. After a crash in between they are rebuilt. */
    void installIndexes(Disk disk) throws IOException {
        disk.rename(offsetIndex(), SegmentFiles.offsetIndex(directory, baseOffset()));
        disk.rename(timeIndex(), SegmentFiles.timeIndex(directory, baseOffset()));
        disk.forceDirectory(directory);
    }

    void delete(Disk disk) throws IOException {
        disk.delete(log());
        disk.delete(offsetIndex());
        disk.delete(timeIndex());
    }

    private static Path cleanedPath(Path path) {
        return path.resolveSibling(path.getFileName() + SegmentFiles.CLEANED);
    }
}
