package io.letterbox.record;

/** Maps keys to partitions, like Kafka's default partitioner: murmur2 (Austin Appleby, 32 bits). */
public final class Partitioner {
    private static final int SEED = 0x9747b28c;
    private static final int MIX = 0x5bd1e995;

    private Partitioner() {}

    /** A partition from 0 to {@code partitions} - 1, always the same for the same key and count. */
    public static int forKey(byte[] key, int partitions) {
        return (murmur2(key) & 0x7fffffff) % partitions;
    }

    private static int murmur2(byte[] data) {
        int hash = SEED ^ data.length;
        int whole = data.length & ~3;
        for (int at = 0; at < whole; at += 4) {
            int word = (data[at] & 0xff)
                    | (data[at + 1] & 0xff) << 8
                    | (data[at + 2] & 0xff) << 16
                    | (data[at + 3] & 0xff) << 24;
            word *= MIX;
            word ^= word >>> 24;
            hash = hash * MIX ^ word * MIX;
        }
        if (whole < data.length) {
            for (int at = data.length - 1; at >= whole; at--) hash ^= (data[at] & 0xff) << 8 * (at - whole);
            hash *= MIX;
        }
        hash ^= hash >>> 13;
        hash *= MIX;
        return hash ^ hash >>> 15;
    }
}
