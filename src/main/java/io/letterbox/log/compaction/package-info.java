/**
 * Log compaction (KIP-58, KIP-354): a plan of what is worth it, a map of the newest offset of each key, and segments written anew
 * without what is superseded.
 *
 * <p>{@link io.letterbox.log.compaction.Compactor} reads closed segments from a worker thread of its own while the log's owner goes on
 * appending; the owner alone swaps the result in ({@link io.letterbox.log.PartitionLog#replace}). This package never changes a file that
 * a reader may have open, and never reads a clock.
 */
package io.letterbox.log.compaction;
