package io.letterbox.log;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.NoSuchFileException;

/**
 * The segments of a log as readers see them: an immutable list, replaced as a whole. The owner publishes a new list
 * before it deletes or cuts files, so a reader whose file is gone retries with the newer list.
 */
final class PublishedSegments {
    /** How often a read starts again because retention or compaction took its segment away. */
    private static final int READ_ATTEMPTS = 5;

    // Written by the owner, read by any thread.
    private volatile SegmentList list;

    PublishedSegments(SegmentList list) {
        this.list = list;
    }

    SegmentList list() {
        return list;
    }

    Segment active() {
        return list.active();
    }

    /** Publishes another list. Owner only. */
    void publish(SegmentList newer) {
        list = newer;
    }

    /** A read of the segments of one moment. */
    interface SegmentQuery<R> {
        R run(SegmentList list) throws IOException;
    }

    /**
     * Runs a read on the current segments, and again if files were deleted in the meantime. Any thread; blocks as the
     * read does.
     */
    <R> R query(SegmentQuery<R> query) throws IOException {
        for (int attempt = 1; ; attempt++) {
            SegmentList seen = list;
            try {
                return query.run(seen);
            } catch (ClosedChannelException | NoSuchFileException taken) {
                if (attempt == READ_ATTEMPTS) throw taken;
            } catch (CorruptLogException wrong) {
                // A truncation may have cut the file during this read: then the list was changed before.
                if (attempt == READ_ATTEMPTS || seen == list) throw wrong;
            }
        }
    }
}
