package io.letterbox.disk;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The open files of segments, kept near a limit: a thread that opens a file beyond it closes others that were not used
 * for a while. A file that is pinned, or has bytes that are not forced, stays open, because an operating system may
 * drop a write error once no process has the file open. Any thread.
 */
public final class OpenSegmentFiles {
    /** How many other files a thread checks when it opens one. */
    private static final int LOOKS = 64;

    private final int limit;
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger unforced = new AtomicInteger();

    /** The queue of files to check, each at most once; some are closed already. */
    private final Queue<SegmentFile> listed = new ConcurrentLinkedQueue<>();

    private final AtomicInteger listedCount = new AtomicInteger();

    /** @param limit 1 or more */
    public OpenSegmentFiles(int limit) {
        if (limit < 1) throw new IllegalArgumentException("A log needs a file");
        this.limit = limit;
    }

    /** How many files may be open while they are not used. */
    public int limit() {
        return limit;
    }

    /** How many files are open. */
    public int open() {
        return open.get();
    }

    /** How many open files have bytes that are not forced. */
    public int unforced() {
        return unforced.get();
    }

    /** True if files that cannot be closed before they are forced take half of the limit. */
    public boolean wantForce() {
        return unforced.get() > limit / 2;
    }

    /** True if files that cannot be closed before they are forced take the whole limit. */
    public boolean needForce() {
        return unforced.get() >= limit;
    }

    void wasOpened() {
        open.incrementAndGet();
    }

    void wasClosed() {
        open.decrementAndGet();
    }

    void wasChanged() {
        unforced.incrementAndGet();
    }

    void wasForced() {
        unforced.decrementAndGet();
    }

    /** Adds a file that has been opened, and closes others if there are too many. */
    void add(SegmentFile file) {
        if (file.markListed()) enqueue(file);
        for (int looks = 0; looks < LOOKS && listedCount.get() > limit; looks++) {
            SegmentFile oldest = listed.poll();
            if (oldest == null) return;
            if (oldest.closeWhenIdle()) {
                listedCount.decrementAndGet();
                oldest.unmarkListed();
                // A thread that has opened the file again in the meantime found it listed, so it is listed here.
                if (oldest.isOpen() && oldest.markListed()) enqueue(oldest);
            } else {
                listed.add(oldest);
            }
        }
    }

    private void enqueue(SegmentFile file) {
        listedCount.incrementAndGet();
        listed.add(file);
    }
}
