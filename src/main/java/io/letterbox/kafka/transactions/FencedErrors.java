package io.letterbox.kafka.transactions;

import org.apache.kafka.common.protocol.Errors;

/**
 * The errors of a fenced producer by version: PRODUCER_FENCED came with KIP-588; earlier versions, and Produce, have
 * INVALID_PRODUCER_EPOCH.
 */
final class FencedErrors {
    private FencedErrors() {}

    /** @param firstVersion the API's first version with {@code PRODUCER_FENCED} */
    static Errors inVersion(Errors error, short version, int firstVersion) {
        return error == Errors.PRODUCER_FENCED && version < firstVersion ? Errors.INVALID_PRODUCER_EPOCH : error;
    }

    /** The same for error codes in responses. */
    static short inVersion(short error, short version, int firstVersion) {
        return inVersion(Errors.forCode(error), version, firstVersion).code();
    }
}
