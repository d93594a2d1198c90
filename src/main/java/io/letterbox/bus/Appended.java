package io.letterbox.bus;

/**
 * The acknowledgement of one {@link Append}.
 *
 * @param baseOffset the offset of the batch's first record; the others follow without a gap
 * @param logAppendTimeMs the time that the shard gave to all records where the topic says
 *     {@code message.timestamp.type=LogAppendTime}, else -1: the records kept the timestamps that they came with
 */
public record Appended(long baseOffset, long logAppendTimeMs) {}
