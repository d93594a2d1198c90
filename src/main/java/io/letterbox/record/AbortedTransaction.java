package io.letterbox.record;

/**
 * A transaction that was aborted: the producer's records from an offset on, up to its next marker, are not to be shown to
 * whoever reads committed records only.
 *
 * @param producerId whose
 * @param firstOffset the offset of its first record in the partition
 */
public record AbortedTransaction(long producerId, long firstOffset) {}
