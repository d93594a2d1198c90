package io.letterbox.log;

import io.letterbox.disk.Disk;
import io.letterbox.disk.ForceFailedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Puts one file of batches in the place of neighbouring closed segments. Readers use it before it has got its name from
 * those: until then it is open under another name, and stays so. What could not be done is done before the log changes
 * its segments again; a start would do it, too. Owned by the log's owner.
 */
final class SegmentReplacement {
    private final Disk disk;
    private final Path directory;
    private final PublishedSegments segments;

    // Written by the owner, read by any thread.
    private volatile long compactedUpTo;

    // Owner only: the one that has no name yet, or null.
    private Segment by;
    private Path swap;
    private List<Segment> replaced;

    SegmentReplacement(Disk disk, Path directory, PublishedSegments segments, long compactedUpTo) {
        this.disk = disk;
        this.directory = directory;
        this.segments = segments;
        this.compactedUpTo = compactedUpTo;
    }

    /** Below it, offsets may be missing because compaction took their records. Any thread. */
    long compactedUpTo() {
        return compactedUpTo;
    }

    /**
     * Shows the replacement to readers; {@link #finish()} has succeeded before.
     *
     * @param neighbours closed segments of this log, in order, all of which is forced
     * @param cleaned a forced file of batches in this directory, whose name ends in {@code .cleaned}
     * @return the new segment, whose indexes are made when somebody first asks for them
     * @throws IOException where that cannot be done now, and nothing has changed
     */
    Segment replace(List<Segment> neighbours, Path cleaned) throws IOException {
        long baseOffset = neighbours.get(0).baseOffset();
        long nextOffset = neighbours.get(neighbours.size() - 1).nextOffset();
        // From this name a start knows what to do.
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
            segments.show(segments.list().replacing(neighbours, fresh));
            by = fresh;
            swap = file;
            replaced = List.copyOf(neighbours);
            tryFinish(names);
            return fresh;
        }
    }

    /** Whether a segment's file must stay open, since it could not be found again. */
    boolean needsOpen(Segment segment) {
        return segment == by;
    }

    private void tryFinish(Disk.OpenDirectory names) throws ForceFailedException {
        try {
            finish(names);
        } catch (ForceFailedException fatal) {
            throw fatal;
        } catch (IOException later) {
            // It is tried again before the next change.
        }
    }

    /** @throws IOException where that cannot be done now; the log's segments must not be changed then */
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
        // Until now it could not be opened again, so nobody else has closed it.
        named.close();
    }
}
