package io.letterbox.bus;

/**
 * The acknowledgement of one {@link Append}.
 *
 * @param baseOffset the offset of the batch's first record; the others follow without a gap
 * @param logAppendTimeMs the time that the shard gave to all records, if the topic has
 *     {@code message.timestamp.type=LogAppendTime}; else -1, as the records kept their own timestamps. For a repeated
 *     batch, the newest timestamp of the first one
 * @param logStartOffset the first offset that can be read
 * @param duplicate true if the batch was in the log already: offset and time are those of the first one
 */
public record Appended(long baseOffset, long logAppendTimeMs, long logStartOffset, boolean duplicate) {}
