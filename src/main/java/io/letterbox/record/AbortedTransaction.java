package io.letterbox.record;

/**
 * An aborted transaction: readers of committed records skip the producer's records from an offset on, up to its next
 * marker.
 *
 * @param producerId the producer's id
 * @param firstOffset the offset of its first record in the partition
 */
public record AbortedTransaction(long producerId, long firstOffset) {}
