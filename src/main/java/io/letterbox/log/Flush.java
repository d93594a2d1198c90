package io.letterbox.log;

import java.io.IOException;

/**
 * A force that has been prepared on the log's own thread and may run on another while the log takes more appends. One at
 * a time per log; no truncation or close before it is over.
 */
public final class Flush {
    Flush() {}

    /** The log end offset that is durable once {@link #force} has returned. */
    public long upToOffset() {
        throw new AssertionError();
    }

    /** Forces all that was dirty; moves the log's durable offset, or poisons the log for good and throws. */
    public void force() throws IOException {
        throw new AssertionError();
    }
}
