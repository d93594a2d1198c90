package io.letterbox.publishing;

/**
 * The producer under which a publish goes into the log, so that a repetition is detected by the same producer states as
 * in Kafka's protocol, which survive restarts.
 *
 * <p>An idempotency key is a producer of its own, which writes once. Its id is from a range that no other producer gets
 * ids from.
 *
 * @param id the producer's id
 * @param epoch the producer's epoch
 * @param sequence the number of the request's first record in each partition
 * @param keyed true if an idempotency key stands for a producer
 */
public record ProducerIdentity(long id, short epoch, int sequence, boolean keyed) {
    /** Ids from here on are hashes of idempotency keys; ids for producers are given out from 0 upwards. */
    public static final long FIRST_RESERVED_ID = 1L << 62;

    /** A producer that numbers its records. */
    public static ProducerIdentity ofProducer(long id, short epoch, int sequence) {
        return new ProducerIdentity(id, epoch, sequence, false);
    }

    /**
     * The producer that an idempotency key stands for.
     *
     * @param hash of the key
     * @param epoch as the sequence, a hash of all that the request consists of
     */
    public static ProducerIdentity ofKey(long hash, short epoch, int sequence) {
        return new ProducerIdentity(hash & FIRST_RESERVED_ID - 1 | FIRST_RESERVED_ID, epoch, sequence, true);
    }

    /** The partition of records without a key: always the same, so that a repetition meets the first request. */
    int choose(int partitions) {
        return (int) Math.floorMod(id * 0x9e3779b97f4a7c15L >>> 17, (long) partitions);
    }
}
