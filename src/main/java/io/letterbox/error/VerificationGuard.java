package io.letterbox.error;

/**
 * Stands for the state of a producer in a partition when a batch was refused as
 * {@linkplain UnverifiedTransactionException unverified}; what Kafka calls by the same name (KIP-890 part 1). The batch
 * comes back with it, and is taken while it is the current one.
 *
 * @param value unlike that of any other guard of the same process, and as good as never that of one of another process
 */
public record VerificationGuard(long value) {}
