/**
 * The coordinator of transactions (KIP-98, KIP-360, KIP-890): which producer owns a transactional id, which partitions its
 * transaction reached, and how it ended. One {@link io.letterbox.transactions.TransactionCoordinator} decides for one
 * partition of {@code __transaction_state}; its records are Kafka's own.
 *
 * <p>Pure: owned by the storage shard that owns the partition, called on that thread only, with time and producer ids as
 * arguments. Nothing here writes a marker or a log: a core says what should happen, the shell in {@code storage} does it.
 */
package io.letterbox.transactions;
