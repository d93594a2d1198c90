package io.letterbox.kafka.transactions;

import org.apache.kafka.common.protocol.Errors;

/** How producers are told that another one has taken their place: those before KIP-588 know one word for it, and Produce too. */
final class Fenced {
    private Fenced() {}

    /** @param firstVersion the request's first version with {@code PRODUCER_FENCED} */
    static Errors inVersion(Errors error, short version, int firstVersion) {
        return error == Errors.PRODUCER_FENCED && version < firstVersion ? Errors.INVALID_PRODUCER_EPOCH : error;
    }

    /** Like the other, for the codes in responses. */
    static short inVersion(short error, short version, int firstVersion) {
        return inVersion(Errors.forCode(error), version, firstVersion).code();
    }
}
