package io.letterbox.log.producers;

/**
 * An aborted transaction in one partition, as the transaction index keeps it.
 *
 * @param producerId the producer's id
 * @param firstOffset the offset of its first record
 * @param lastOffset the offset of its marker
 * @param stableOffset the last stable offset once the marker was written; no transaction of a later entry begins below
 *     it
 */
public record AbortedTxn(long producerId, long firstOffset, long lastOffset, long stableOffset) {}
