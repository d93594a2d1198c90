/**
 * The coordinator of transactions (KIP-98, KIP-360, KIP-890): the owners of transactional ids, the partitions of their
 * transactions, and their outcomes. One {@link io.letterbox.transactions.TransactionCoordinator} decides for one
 * partition of {@code __transaction_state}; its records are Kafka's own.
 *
 * <p>Pure: owned by the storage shard that owns the partition, called on that thread only, with time and producer ids
 * as arguments. No class here writes a marker or a log: the core decides, and the shell in {@code storage.coordinator}
 * performs it.
 */
package io.letterbox.transactions;
