package io.letterbox.log;

import io.letterbox.disk.Disk;
import io.letterbox.disk.ForceFailedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Replaces neighbouring closed segments with one file of batches. Readers use the file before it gets its name from the
 * segments; until then it stays open under another name. A failed step is retried before the log changes its segments
 * again; a start would finish it, too. Owned by the log's owner.
 */
final class SegmentReplacement {
    private final Disk disk;
    private final Path directory;
    private final PublishedSegments segments;

    // Written by the owner, read by any thread.
    private volatile long compactedUpTo;

    // Owner only: the replacement whose file still has to be renamed, or null.
    private Segment by;
    private Path swap;
    private List<Segment> replaced;

    SegmentReplacement(Disk disk, Path directory, PublishedSegments segments, long compactedUpTo) {
        this.disk = disk;
        this.directory = directory;
        this.segments = segments;
        this.compactedUpTo = compactedUpTo;
    }

    /** The offset below which offsets may be missing, because compaction dropped their records. Any thread. */
    long compactedUpTo() {
        return compactedUpTo;
    }

    /**
     * Publishes the replacement to readers; {@link #finish()} must have succeeded before.
     *
     * @param neighbours closed, forced segments of this log, in order
     * @param cleaned a forced file of batches in this directory, whose name ends in {@code .cleaned}
     * @return the new segment, whose indexes are made when they are first needed
     * @throws IOException if that cannot be done now; nothing has changed
     */
    Segment replace(List<Segment> neighbours, Path cleaned) throws IOException {
        long baseOffset = neighbours.get(0).baseOffset();
        long nextOffset = neighbours.get(neighbours.size() - 1).nextOffset();
        // A start recognises an unfinished replacement by this name.
        Path file = SegmentFiles.swap(directory, baseOffset, nextOffset);
        try (Disk.OpenDirectory names = disk.openDirectory(directory)) {
            if (nextOffset > compactedUpTo) {
                CheckpointFile.writeOne(disk, directory.resolve(SegmentFiles.COMPACTED_UP_TO), nextOffset);
                compactedUpTo = nextOffset;
            }
            Segment fresh = Segment.swappedIn(disk, directory, cleaned, baseOffset, nextOffset);
            try {
                disk.rename(cleaned, file);
            } catch (IOException unchanged) {
                fresh.retire();
                throw unchanged;
            }
            names.force();
            segments.publish(segments.list().replacing(neighbours, fresh));
            by = fresh;
            swap = file;
            replaced = List.copyOf(neighbours);
            tryFinish(names);
            return fresh;
        }
    }

    /** Whether a segment's file must stay open, because it could not be opened by its name. */
    boolean needsOpen(Segment segment) {
        return segment == by;
    }

    private void tryFinish(Disk.OpenDirectory names) throws ForceFailedException {
        try {
            finish(names);
        } catch (ForceFailedException fatal) {
            throw fatal;
        } catch (IOException later) {
            // Retried before the next change of the segments.
        }
    }

    /** @throws IOException if that cannot be done now; the log's segments must not be changed then */
    void finish() throws IOException {
        if (by == null) return;
        try (Disk.OpenDirectory names = disk.openDirectory(directory)) {
            finish(names);
        }
    }

    private void finish(Disk.OpenDirectory names) throws IOException {
        for (Segment old : replaced) old.delete();
        names.force();
        disk.rename(swap, by.logPath());
        names.force();
        Segment named = by;
        by = null;
        // The file was kept open because it could not be opened again; now it can be closed.
        named.close();
    }
}
