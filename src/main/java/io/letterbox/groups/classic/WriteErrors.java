package io.letterbox.groups.classic;

import io.letterbox.error.ApiException;
import org.apache.kafka.common.protocol.Errors;

/** Translates refusals of the log into errors that clients of groups understand. */
final class WriteErrors {
    private WriteErrors() {}

    static Errors of(ApiException refusal) {
        return switch (refusal.code()) {
            case RECORD_TOO_LARGE -> Errors.UNKNOWN_SERVER_ERROR;
            case NOT_LEADER, STORAGE_FAILED, NOT_COORDINATOR -> Errors.NOT_COORDINATOR;
            default -> Errors.COORDINATOR_NOT_AVAILABLE;
        };
    }
}
