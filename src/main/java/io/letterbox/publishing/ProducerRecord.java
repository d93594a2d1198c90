package io.letterbox.publishing;

import io.letterbox.record.RecordHeader;
import java.util.List;

/**
 * One record and where it is to go, for {@link RecordPublisher}.
 *
 * @param topic the topic's name
 * @param partition its number, or {@link #BY_KEY}
 * @param timestampMs milliseconds since 1970
 * @param key null if the record has none
 * @param value null for a tombstone
 * @param headers in their order
 */
public record ProducerRecord(
        String topic, int partition, long timestampMs, byte[] key, byte[] value, List<RecordHeader> headers) {
    /**
     * In place of a partition: the partition is chosen by the key (Kafka's rule), or by the publisher if there is none.
     */
    public static final int BY_KEY = -1;

    public ProducerRecord {
        if (partition < BY_KEY) throw new IllegalArgumentException("There is no partition " + partition + ".");
    }

    /** A record whose partition is chosen by its key. */
    public static ProducerRecord byKey(
            String topic, long timestampMs, byte[] key, byte[] value, List<RecordHeader> headers) {
        return new ProducerRecord(topic, BY_KEY, timestampMs, key, value, headers);
    }
}
