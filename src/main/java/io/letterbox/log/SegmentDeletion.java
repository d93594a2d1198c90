package io.letterbox.log;

import io.letterbox.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;

/**
 * The oldest segments of a log, on their way out: nobody finds them any more, and their files go as soon as they can. Owned
 * by the log's owner.
 */
final class SegmentDeletion {
    private final Disk disk;
    private final Path directory;
    private final ArrayDeque<Segment> going = new ArrayDeque<>();
    private boolean forced = true;

    SegmentDeletion(Disk disk, Path directory) {
        this.disk = disk;
        this.directory = directory;
    }

    /** Takes segments that are no part of the log any more, oldest first; {@link #finish} has succeeded before. */
    void begin(List<Segment> segments) {
        going.addAll(segments);
        forced = false;
    }

    /**
     * Deletes the files, oldest first, and makes that durable.
     *
     * @throws IOException where that cannot be done now; to be called again before more is deleted
     */
    void finish() throws IOException {
        if (forced) return;
        try (Disk.OpenDirectory names = disk.openDirectory(directory)) {
            for (Segment oldest; (oldest = going.peek()) != null; going.remove()) oldest.delete();
            names.force();
        }
        forced = true;
    }
}
