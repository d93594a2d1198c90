package io.letterbox.log;

import io.letterbox.disk.ForceFailedException;
import java.io.IOException;
import java.util.List;

/**
 * A force of a log, prepared on the log's own thread. It may run on another thread beside appends and other forces of
 * the same log, but the log may not be truncated or closed before it is over.
 */
public final class Flush {
    private final DurabilityState durability;
    private final List<Segment> sealed;
    private final Segment active;
    private final long upToOffset;
    private final boolean withIndexes;

    /**
     * @param sealed the segments that were rolled and may not have been forced yet
     * @param withIndexes whether to force the active segment's index files, too; one such flush at a time
     */
    Flush(DurabilityState durability, List<Segment> sealed, Segment active, long upToOffset, boolean withIndexes) {
        this.durability = durability;
        this.sealed = sealed;
        this.active = active;
        this.upToOffset = upToOffset;
        this.withIndexes = withIndexes;
    }

    /** The log end offset that is durable once {@link #force} has returned. */
    public long upToOffset() {
        return upToOffset;
    }

    /**
     * Forces all that was dirty and moves the log's forced offset.
     *
     * @throws ForceFailedException if the operating system failed; the log is poisoned, because it is unknown what is
     *     on disk
     * @throws IOException if a file could not be opened, so that nothing was forced: a later flush may succeed
     */
    public void force() throws IOException {
        durability.requireSound();
        long forced = durability.forcedOffset();
        try {
            if (upToOffset > forced) forceBatches(forced);
            if (withIndexes) active.index().force();
        } catch (ForceFailedException | RuntimeException cause) {
            durability.poison(cause);
            throw cause;
        }
        durability.forced(upToOffset);
    }

    private void forceBatches(long forced) throws IOException {
        for (Segment segment : sealed) {
            if (segment.nextOffset() > forced) segment.force();
        }
        if (upToOffset > active.baseOffset()) active.force();
    }
}
