package io.letterbox.log;

import io.letterbox.disk.ForceFailedException;
import java.io.IOException;
import java.util.List;

/**
 * A force that has been prepared on the log's own thread and may run on another while the log takes more appends, and
 * beside other forces of the same log. No truncation and no close before it is over.
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
     * @throws ForceFailedException where the operating system could not do it; the log is poisoned for good, since
     *     nobody can say what is on disk
     * @throws IOException where it was not tried, as a file could not be opened: a later flush may succeed
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
