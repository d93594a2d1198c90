package io.letterbox.log.producers;

import io.letterbox.memory.StatePart;

/**
 * How long and how many producers a partition remembers.
 *
 * @param expirationMs one that wrote nothing for so long, in milliseconds, is forgotten
 * @param maxProducers how many at the most; the one that was silent for longest gives way. One with an open transaction
 *     is never forgotten
 * @param memory what all partitions together may take; beyond it, a partition's newest take the place of its oldest
 * @param aborted what the aborted transactions of all logs' newest segments may take in memory; beyond it logs go on in
 *     another segment
 * @param salt any number that clients do not know, so that they cannot choose ids that are slow to find; the
 *     numbers of {@link io.letterbox.error.VerificationGuard}s differ by it from those of other processes
 */
public record ProducerLimits(long expirationMs, int maxProducers, StatePart memory, StatePart aborted, long salt) {
    /** A day, and 100,000 producers. */
    public static ProducerLimits defaults() {
        return new ProducerLimits(
                86_400_000L, 100_000, StatePart.unlimited(), StatePart.unlimited(), 0x9e3779b97f4a7c15L);
    }
}
