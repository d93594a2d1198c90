package io.letterbox.log;

import io.letterbox.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;

/**
 * Deletes the oldest segments of a log: first they are unpublished, then their files are deleted as soon as that
 * succeeds. Owned by the log's owner.
 */
final class SegmentDeletion {
    private final Disk disk;
    private final Path directory;
    private final PublishedSegments segments;
    private final LogStart start;
    private final ArrayDeque<Segment> going = new ArrayDeque<>();
    private boolean forced = true;

    SegmentDeletion(Disk disk, Path directory, PublishedSegments segments, LogStart start) {
        this.disk = disk;
        this.directory = directory;
        this.segments = segments;
        this.start = start;
    }

    /**
     * Deletes some segments, and moves the log's start above them. The start is made durable first: a crash may keep
     * any of the files, and recovery deletes those below it. If there is no space to write it, segments are deleted one
     * after the other, each durably, so that a crash leaves no hole.
     *
     * @param count how many segments, fewer than the log has
     * @throws IOException if not all could be done now
     */
    void deleteFirst(int count) throws IOException {
        finish();
        for (int left = count; left > 0; ) {
            long newStart = segments.list().get(left).baseOffset();
            int now = newStart <= start.offset() || start.tryMove(newStart) ? left : 1;
            List<Segment> oldest = segments.list().toList().subList(0, now);
            going.addAll(oldest);
            forced = false;
            segments.publish(segments.list().withoutFirst(now));
            start.atLeast(segments.list().get(0).baseOffset());
            left -= now;
            finish();
        }
    }

    /**
     * Deletes the files, oldest first, and makes that durable.
     *
     * @throws IOException if that cannot be done now; to be called again before more segments are deleted
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
