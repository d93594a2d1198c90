package io.letterbox.record;

/**
 * One header of a record. The same key may come more than once; order is kept.
 *
 * @param key the name, UTF-8 on the wire
 * @param value the bytes, or null
 */
public record RecordHeader(String key, byte[] value) {}
