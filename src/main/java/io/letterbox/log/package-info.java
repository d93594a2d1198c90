/**
 * The log of one partition on disk: segments of record batches, their indexes, recovery, retention, compaction, what is
 * known of producers and transactions, and the seam to the file system; {@code wal} makes many logs durable at once.
 *
 * <p>A {@link io.letterbox.log.PartitionLog} is written by one thread, its shard's; it is read from any. Nothing here
 * reads a clock, draws a random number or starts a thread, and nothing takes a lock. It never retries a failed force and
 * never truncates below the recovery point by itself.
 */
package io.letterbox.log;
