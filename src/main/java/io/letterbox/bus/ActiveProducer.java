package io.letterbox.bus;

/**
 * A producer that a partition remembers, as in DescribeProducers (KIP-664).
 *
 * @param id the producer's id
 * @param epoch the newest epoch that it wrote with
 * @param lastSequence the sequence number of its last record, -1 if there is none in this epoch
 * @param lastTimestampMs the timestamp of its last batch, in milliseconds since 1970
 * @param coordinatorEpoch of the coordinator that wrote the last marker, -1 if there was none
 * @param transactionStart the offset of the open transaction's first record, -1 if none is open
 */
public record ActiveProducer(
        long id, short epoch, int lastSequence, long lastTimestampMs, int coordinatorEpoch, long transactionStart) {}
