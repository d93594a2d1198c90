package io.letterbox.log;

/**
 * The offsets that an appended batch got.
 *
 * @param baseOffset the offset of its first record
 * @param lastOffset the offset of its last record
 */
public record AppendResult(long baseOffset, long lastOffset) {}
