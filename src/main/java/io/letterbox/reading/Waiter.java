package io.letterbox.reading;

/** A request or reader that waits for a partition to move. Owned by one event loop. */
public interface Waiter {
    /** Ends the wait: a partition has moved or was deleted. Ignored by a waiter that does not wait any more. */
    void wake();
}
