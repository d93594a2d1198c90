package io.letterbox.config;

/**
 * Idempotent producers and transactions.
 *
 * @param partitions of the topic {@code __transaction_state}, when it is created; 1 to 256
 * @param maxTimeoutMs the longest transaction timeout that a producer may ask for, 1000 to 86,400,000
 * @param transactionalIdExpirationMs the time after which an unused transactional id is forgotten, 60,000 to 31 days
 * @param producerIdExpirationMs the time after which a partition forgets a producer that has not written to it, 60,000
 *     to 31 days
 * @param maxProducersPerPartition producers whose state one partition keeps, 10 to 1,000,000
 */
public record TransactionsConfig(
        int partitions,
        int maxTimeoutMs,
        long transactionalIdExpirationMs,
        long producerIdExpirationMs,
        int maxProducersPerPartition) {
    private static final long MONTH_MS = 31L * 86_400_000;

    public TransactionsConfig {
        Check.range("transactions.partitions", partitions, 1, 256);
        Check.range("transactions.maxTimeoutMs", maxTimeoutMs, 1000, 86_400_000);
        Check.range("transactions.transactionalIdExpirationMs", transactionalIdExpirationMs, 60_000, MONTH_MS);
        Check.range("transactions.producerIdExpirationMs", producerIdExpirationMs, 60_000, MONTH_MS);
        Check.range("transactions.maxProducersPerPartition", maxProducersPerPartition, 10, 1_000_000);
    }

    static TransactionsConfig standard() {
        return new TransactionsConfig(8, 900_000, 604_800_000L, 86_400_000L, 100_000);
    }
}
