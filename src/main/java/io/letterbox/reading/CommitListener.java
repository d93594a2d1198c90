package io.letterbox.reading;

import io.letterbox.bus.Committed;

/** A listener to the commits of one partition, see {@link CommitListeners}. Owned by one event loop. */
public interface CommitListener {
    /** Called when a commit has moved the partition's offsets. Must neither add nor remove listeners. */
    void moved(Committed.Moved moved);

    /** The waiter to wake after a commit, or null. A waiter may wait for many partitions, and is woken once. */
    Waiter waiter();
}
