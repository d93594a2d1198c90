package io.letterbox.transactions;

/**
 * What the coordinator of transactions allows.
 *
 * @param maxTimeoutMs the longest transaction
 * @param expirationMs a transactional id that nobody used for so long is forgotten
 */
public record TransactionLimits(int maxTimeoutMs, long expirationMs) {
    public TransactionLimits {
        if (maxTimeoutMs < 1 || expirationMs < 1) {
            throw new IllegalArgumentException("a limit below 1 ms forbids everything");
        }
    }
}
