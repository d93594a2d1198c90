package io.letterbox.transactions;

/**
 * What the coordinator of transactions allows.
 *
 * @param maxTimeoutMs the longest transaction
 * @param expirationMs a transactional id that nobody used for so long is forgotten
 * @param maxIds how many transactional ids one partition remembers
 */
public record TransactionLimits(int maxTimeoutMs, long expirationMs, int maxIds) {
    public TransactionLimits {
        if (maxTimeoutMs < 1 || expirationMs < 1 || maxIds < 1) {
            throw new IllegalArgumentException("a limit below 1 forbids everything");
        }
    }
}
