package io.letterbox.transactions;

import io.letterbox.memory.StatePart;

/**
 * What the coordinator of transactions allows.
 *
 * @param maxTimeoutMs the longest transaction
 * @param expirationMs a transactional id that nobody used for so long is forgotten
 * @param memory what the transactional ids of all partitions together may take; the ones that were unused for longest are
 *     forgotten beyond it
 */
public record TransactionLimits(int maxTimeoutMs, long expirationMs, StatePart memory) {
    public TransactionLimits {
        if (maxTimeoutMs < 1 || expirationMs < 1) {
            throw new IllegalArgumentException("a limit below 1 forbids everything");
        }
    }
}
