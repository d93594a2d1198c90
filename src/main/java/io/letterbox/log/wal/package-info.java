/**
 * The write-ahead log: batches that are appended to the logs of one shard are also written to one file, so that one
 * synchronous write makes a whole group durable, however many partitions it has. The logs themselves are forced later,
 * at a checkpoint; a start replays the batches that a crash removed from them.
 *
 * <p>A {@link io.letterbox.log.wal.WriteAheadLog} is owned by its shard's thread;
 * {@link io.letterbox.log.wal.WalDirectory} and {@link io.letterbox.log.wal.RecoveredWal} may be used by all threads.
 * No class here reads a batch beyond its header, and none retries a failed write.
 */
package io.letterbox.log.wal;
