package io.letterbox.coordinator;

/**
 * One record of an internal topic.
 *
 * @param key version and fields, in Kafka's own schema
 * @param value version and fields, in Kafka's own schema; null is a tombstone
 */
public record CoordinatorRecord(byte[] key, byte[] value) {}
