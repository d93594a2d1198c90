package io.letterbox.disk;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The files of segments that are open, so that there are not many more of them than a limit: whoever opens one beyond it closes
 * others that nobody has used for a while. A file that somebody has pinned, or that has bytes which were not forced, stays
 * open: an operating system may forget that it could not write them once nobody has the file open any more. Any thread.
 */
public final class OpenFiles {
    /** Whoever opens a file looks at so many others at the most. */
    private static final int LOOKS = 64;

    private final int limit;
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger unforced = new AtomicInteger();

    /** Each at most once, the one that has waited longest first; some are closed already. */
    private final Queue<SegmentFile> listed = new ConcurrentLinkedQueue<>();

    private final AtomicInteger listedCount = new AtomicInteger();

    /** @param limit 1 or more */
    public OpenFiles(int limit) {
        if (limit < 1) throw new IllegalArgumentException("A log needs a file");
        this.limit = limit;
    }

    /** How many files may be open though nobody needs them to be. */
    public int limit() {
        return limit;
    }

    /** How many files are open. */
    public int open() {
        return open.get();
    }

    /** How many of them have bytes that were not forced. */
    public int unforced() {
        return unforced.get();
    }

    /** True where half of the limit is taken by files that cannot be closed before they are forced. */
    public boolean wantForce() {
        return unforced.get() > limit / 2;
    }

    /** True where the whole limit is taken by files that cannot be closed before they are forced. */
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

    /** Takes a file that has been opened, and closes others where there are too many. */
    void add(SegmentFile file) {
        if (file.list()) enqueue(file);
        for (int looks = 0; looks < LOOKS && listedCount.get() > limit; looks++) {
            SegmentFile oldest = listed.poll();
            if (oldest == null) return;
            if (oldest.closeWhenIdle()) {
                listedCount.decrementAndGet();
                oldest.delist();
                // Whoever has opened it again meanwhile took it for listed.
                if (oldest.isOpen() && oldest.list()) enqueue(oldest);
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
