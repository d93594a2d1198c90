package io.letterbox.storage.replica;

/**
 * Where an entry stands in a replicated log.
 *
 * @param term the term of the leader that proposed it, 0 or more
 * @param index one more than that of the entry before, from 0
 */
public record LogPosition(long term, long index) {
    /** Before the first entry. */
    public static final LogPosition START = new LogPosition(0, -1);
}
