/**
 * The write-ahead log: what was appended to the logs of one shard, written once more to one file, so that one synchronous
 * write makes a whole group durable however many partitions it has. The logs themselves are forced later, at a checkpoint;
 * a start puts back into them what a crash took out of their files.
 *
 * <p>A {@link io.letterbox.log.wal.WriteAheadLog} is owned by its shard's thread;
 * {@link io.letterbox.log.wal.WalDirectory} and {@link io.letterbox.log.wal.RecoveredWal} may be used by all. Nothing here
 * knows what is in a batch beyond its header, and nothing retries a failed write.
 */
package io.letterbox.log.wal;
