package io.letterbox.log.producers;

/**
 * An aborted transaction in one partition, as the transaction index keeps it.
 *
 * @param producerId whose
 * @param firstOffset the offset of its first record
 * @param lastOffset the offset of its marker
 * @param stableOffset up to where everything was decided once the marker was written; no transaction that a later entry
 *     names begins below it
 */
public record AbortedTxn(long producerId, long firstOffset, long lastOffset, long stableOffset) {}
