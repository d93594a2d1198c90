package io.letterbox.bus;

/**
 * Where a leader epoch ends in a log (KIP-101, KIP-279).
 *
 * @param epoch the newest epoch at or below the one that was asked for; -1 where that one is newer than the log
 * @param endOffset the offset after that epoch's last record; -1 where the epoch is newer than the log
 */
public record EpochEnd(int epoch, long endOffset) {}
