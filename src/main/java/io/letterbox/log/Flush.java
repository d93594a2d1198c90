package io.letterbox.log;

import java.io.IOException;
import java.util.List;

/**
 * A force that has been prepared on the log's own thread and may run on another while the log takes more appends. One at
 * a time per log; no truncation and no close before it is over.
 */
public final class Flush {
    private final PartitionLog log;
    private final List<Segment> sealed;
    private final Segment active;
    private final long upToOffset;

    /** @param sealed the segments that were rolled since the last flush */
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
     * Forces all that was dirty and moves the log's durable offset.
     *
     * @throws IOException where anything failed; the log is poisoned for good, since nobody can say what is on disk
     */
    public void force() throws IOException {
        log.requireSound();
        long durable = log.durableOffset();
        if (upToOffset <= durable) return;
        try {
            for (Segment segment : sealed) {
                if (segment.nextOffset() > durable) segment.force();
            }
            if (upToOffset > active.baseOffset()) active.force();
        } catch (IOException | RuntimeException cause) {
            log.poison(cause);
            throw cause;
        }
        log.flushed(upToOffset);
    }
}
