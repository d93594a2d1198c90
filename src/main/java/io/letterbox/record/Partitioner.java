package io.letterbox.record;

/** Which partition a key belongs to, as Kafka's default partitioner says (murmur2). */
public final class Partitioner {
    private Partitioner() {}

    /** A partition from 0 to {@code partitions} - 1, always the same for the same key and count. */
    public static int forKey(byte[] key, int partitions) {
        throw new AssertionError();
    }
}
