package io.letterbox.log.producers;

/**
 * How long and how many producers a partition remembers.
 *
 * @param expirationMs one that wrote nothing for so long, in milliseconds, is forgotten
 * @param maxProducers how many at the most; the one that was silent for longest gives way. One with an open transaction
 *     is never forgotten
 */
public record ProducerLimits(long expirationMs, int maxProducers) {
    /** A day, and 100,000 producers. */
    public static ProducerLimits defaults() {
        return new ProducerLimits(86_400_000L, 100_000);
    }
}
