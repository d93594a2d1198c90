package io.letterbox.kafka.groups;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.vertx.core.Future;
import org.apache.kafka.common.protocol.Errors;

/** What clients of groups are told when a coordinator could not be asked, in codes that they know how to live with. */
final class Refusals {
    private Refusals() {}

    /** The same failure in a code that a client of groups understands. */
    static <R> Future<R> of(Throwable failure) {
        return Future.failedFuture(translated(failure));
    }

    /** The error of a failed question, for a place in a larger answer. */
    static Errors error(Throwable failure) {
        Throwable known = translated(failure);
        return known instanceof ApiException refusal
                ? Errors.forCode(refusal.code().kafkaCode())
                : Errors.UNKNOWN_SERVER_ERROR;
    }

    private static Throwable translated(Throwable failure) {
        if (!(failure instanceof ApiException refusal)) return failure;
        return switch (refusal.code()) {
            // A client that hears one of these looks for the coordinator again, and repeats.
            case DISK_FULL,
                    STORAGE_FAILED,
                    STORAGE_UNAVAILABLE,
                    OUT_OF_FILES,
                    PARTITION_OFFLINE,
                    PARTITION_QUARANTINED,
                    NOT_LEADER,
                    NOT_ENOUGH_REPLICAS,
                    SHUTTING_DOWN,
                    UNKNOWN_TOPIC,
                    UNKNOWN_PARTITION -> new ApiException(ErrorCode.COORDINATOR_NOT_AVAILABLE, refusal.getMessage());
            case RECORD_TOO_LARGE -> new ApiException(ErrorCode.INTERNAL, refusal.getMessage());
            default -> refusal;
        };
    }
}
