package io.letterbox.bus;

/**
 * The end of a leader epoch in a log (KIP-101, KIP-279).
 *
 * @param epoch the newest epoch at or below the requested one; -1 if that one is newer than the log
 * @param endOffset the offset after that epoch's last record; -1 if the epoch is newer than the log
 */
public record EpochEnd(int epoch, long endOffset) {}
