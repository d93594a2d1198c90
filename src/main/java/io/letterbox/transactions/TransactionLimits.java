package io.letterbox.transactions;

import io.letterbox.memory.StatePart;

/**
 * The limits of the coordinator of transactions.
 *
 * @param maxTimeoutMs the longest timeout of a transaction
 * @param expirationMs how long an unused transactional id is kept
 * @param memory the memory that the transactional ids of all partitions may take together; beyond it, those that were
 *     unused for longest are dropped
 */
public record TransactionLimits(int maxTimeoutMs, long expirationMs, StatePart memory) {
    public TransactionLimits {
        if (maxTimeoutMs < 1 || expirationMs < 1) {
            throw new IllegalArgumentException("a limit below 1 forbids everything");
        }
    }
}
