package io.letterbox.log.producers;

import io.letterbox.memory.StatePart;

/**
 * The limits for the producers that a partition remembers.
 *
 * @param expirationMs a producer is forgotten if it has written nothing for this long, in milliseconds
 * @param maxProducers the limit of producers; beyond it the one that has not written for longest is forgotten, but
 *     never one with an open transaction
 * @param memory the memory that all partitions together may take; beyond it, a partition's newest producers replace its
 *     oldest
 * @param aborted the memory for the aborted transactions of all active segments; beyond it logs continue in new
 *     segments
 * @param salt any number that clients do not know, so that they cannot choose ids that all fall into one slot of the
 *     hash table; the numbers of {@link io.letterbox.error.VerificationGuard}s differ by it from those of other
 *     processes
 */
public record ProducerLimits(long expirationMs, int maxProducers, StatePart memory, StatePart aborted, long salt) {
    /** A day, and 100,000 producers. */
    public static ProducerLimits defaults() {
        return new ProducerLimits(
                86_400_000L, 100_000, StatePart.unlimited(), StatePart.unlimited(), 0x9e3779b97f4a7c15L);
    }
}
