package io.letterbox.log;

import java.io.IOException;
import java.util.List;

/**
 * A force that has been prepared on the log's own thread and may run on another while the log takes more appends, and
 * beside other forces of the same log. No truncation and no close before it is over.
 */
public final class Flush {
    private final PartitionLog log;
    private final List<Segment> sealed;
    private final Segment active;
    private final long upToOffset;

    /**
     * @param sealed the segments that were rolled and may not have been forced yet
     * @param active the one that takes appends; what its index files have is forced where it was written
     */
    Flush(PartitionLog log, List<Segment> sealed, Segment active, long upToOffset) {
        this.log = log;
        this.sealed = sealed;
        this.active = active;
        this.upToOffset = upToOffset;
    }

    /** The log end offset that is durable once {@link #force} has returned. */
    public long upToOffset() {
        return upToOffset;
    }

    /**
     * Forces all that was dirty and moves the log's forced offset.
     *
     * @throws IOException where anything failed; the log is poisoned for good, since nobody can say what is on disk
     */
    public void force() throws IOException {
        log.requireSound();
        long forced = log.forcedOffset();
        try {
            for (Segment segment : sealed) {
                if (upToOffset > forced && segment.nextOffset() > forced) segment.force();
            }
            if (upToOffset > Math.max(forced, active.baseOffset())) active.force();
            active.forceIndexes();
        } catch (IOException | RuntimeException cause) {
            log.poison(cause);
            throw cause;
        }
        log.flushed(upToOffset);
    }
}
