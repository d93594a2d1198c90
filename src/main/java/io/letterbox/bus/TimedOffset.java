package io.letterbox.bus;

/**
 * The result of a search by timestamp.
 *
 * @param offset the record's offset
 * @param timestampMs its timestamp in milliseconds since 1970, or -1 if it has none
 * @param leaderEpoch the epoch of the leader that wrote it
 */
public record TimedOffset(long offset, long timestampMs, int leaderEpoch) {}
