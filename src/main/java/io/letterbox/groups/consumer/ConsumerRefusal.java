package io.letterbox.groups.consumer;

import org.apache.kafka.common.protocol.Errors;

/** The refusal of a request; expected, so without a stack trace. */
final class ConsumerRefusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Errors error;

    ConsumerRefusal(Errors error, String detail) {
        super(detail, null, false, false);
        this.error = error;
    }

    Errors error() {
        return error;
    }
}
