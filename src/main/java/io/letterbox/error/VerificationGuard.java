package io.letterbox.error;

/**
 * The state of a producer in a partition when a batch was refused as
 * {@linkplain UnverifiedTransactionException unverified}, as Kafka's class of the same name (KIP-890 part 1). The batch
 * is sent again with the guard, and accepted if the guard is still the current one.
 *
 * @param value a number that differs from those of all other guards of the process, and almost certainly from those of
 *     other processes
 */
public record VerificationGuard(long value) {}
