/**
 * Log compaction (KIP-58, KIP-354): a plan of the segments to compact, a map of each key's newest offset, and segments
 * rewritten without superseded records.
 *
 * <p>{@link io.letterbox.log.compaction.Compactor} reads closed segments from a worker thread of its own while the
 * log's owner goes on appending; the owner alone swaps the result in ({@link io.letterbox.log.PartitionLog#replace}).
 * This package never changes a file that a reader may have open, and never reads a clock.
 */
package io.letterbox.log.compaction;
