package io.letterbox.kafka.admin;

import io.letterbox.error.ApiException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Maps the failure of one part of a request to Kafka's error. */
final class AdminErrors {
    private static final Logger LOG = LoggerFactory.getLogger(AdminErrors.class);

    private AdminErrors() {}

    /** The error code and message of a failure; an unexpected one is logged. */
    static ApiError of(Throwable failure) {
        if (failure instanceof ApiException refusal) {
            return new ApiError(Errors.forCode(refusal.code().kafkaCode()), refusal.getMessage());
        }
        if (failure instanceof org.apache.kafka.common.errors.ApiException refusal) {
            return new ApiError(Errors.forException(refusal), refusal.getMessage());
        }
        LOG.error("An admin request failed", failure);
        return new ApiError(
                Errors.UNKNOWN_SERVER_ERROR,
                "The server failed: " + failure.getClass().getSimpleName());
    }
}
