/**
 * The log of one partition on disk: segments of record batches, their indexes, recovery and retention. Compaction, the
 * states of producers, the inspection of files and the write-ahead log, which makes many logs durable at once, are in
 * packages of their own.
 *
 * <p>A {@link io.letterbox.log.PartitionLog} is written by one thread, its shard's, and read from any. No class here
 * reads a clock, draws a random number, starts a thread or takes a lock. It never retries a failed force and never
 * truncates below the recovery point by itself.
 */
package io.letterbox.log;
