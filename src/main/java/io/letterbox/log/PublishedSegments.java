package io.letterbox.log;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.NoSuchFileException;

/**
 * The segments of a log as readers see them: an immutable list, replaced as a whole. The owner shows a new list before it
 * takes files away or cuts them, so a reader whose files are gone looks again at the newer list.
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

    /** Shows another list to whoever looks from now on. Owner only. */
    void show(SegmentList newer) {
        list = newer;
    }

    /** Something that is done with the segments that there are at one moment. */
    interface Look<R> {
        R at(SegmentList list) throws IOException;
    }

    /** Looks at the segments, and again where files were taken away meanwhile. Any thread; blocks as the look does. */
    <R> R look(Look<R> look) throws IOException {
        for (int attempt = 1; ; attempt++) {
            SegmentList seen = list;
            try {
                return look.at(seen);
            } catch (ClosedChannelException | NoSuchFileException taken) {
                if (attempt == READ_ATTEMPTS) throw taken;
            } catch (CorruptLogException wrong) {
                // A truncation may have cut a file under this look: then the list has changed before.
                if (attempt == READ_ATTEMPTS || seen == list) throw wrong;
            }
        }
    }
}
