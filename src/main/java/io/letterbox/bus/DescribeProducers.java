package io.letterbox.bus;

import io.letterbox.record.TopicPartition;
import io.vertx.core.Promise;
import java.util.List;

/**
 * Asks the shard that owns a partition which producers it remembers there. Sent to {@link Addresses#shard}. Fails with an
 * {@link io.letterbox.error.ApiException} where the partition is not served.
 *
 * @param partition whose
 * @param done the answer, the producer that was silent for longest first; at most
 *     {@code transactions.maxProducersPerPartition}
 */
public record DescribeProducers(TopicPartition partition, Promise<List<Producer>> done) {
    /**
     * One producer.
     *
     * @param id the producer's id
     * @param epoch the newest epoch that it wrote with
     * @param lastSequence the number of its last record, -1 where there is none of this epoch
     * @param lastTimestampMs the timestamp of what it wrote last, in milliseconds since 1970
     * @param coordinatorEpoch of the coordinator that wrote the last marker, -1 where there was none
     * @param transactionStart the offset of the open transaction's first record, -1 where none is open
     */
    public record Producer(
            long id,
            short epoch,
            int lastSequence,
            long lastTimestampMs,
            int coordinatorEpoch,
            long transactionStart) {}
}
