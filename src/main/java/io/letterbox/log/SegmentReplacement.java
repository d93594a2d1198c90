package io.letterbox.log;

import io.letterbox.disk.Disk;
import io.letterbox.disk.ForceFailedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A file of batches that readers use already, and that has still to get its name from the segments whose place it takes.
 * Until then it is open under another name, and stays so. What could not be done is done before the log changes its
 * segments again; a start would do it, too. Owned by the log's owner.
 */
final class SegmentReplacement {
    private final Disk disk;
    private final Path directory;
    private Segment by;
    private Path swap;
    private List<Segment> replaced;

    SegmentReplacement(Disk disk, Path directory) {
        this.disk = disk;
        this.directory = directory;
    }

    /** Notes one whose file has a name from which a start knows what to do; {@link #finish()} has succeeded before. */
    void begin(Segment replacement, Path file, List<Segment> neighbours) {
        by = replacement;
        swap = file;
        replaced = List.copyOf(neighbours);
    }

    /** Whether a segment's file must stay open, since it could not be found again. */
    boolean needsOpen(Segment segment) {
        return segment == by;
    }

    void tryFinish(Disk.OpenDirectory names) throws ForceFailedException {
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
