package io.letterbox.kafka.api;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.vertx.core.Future;
import org.apache.kafka.common.protocol.Errors;

/** Maps failures to reach a coordinator to errors that clients of groups and transactions handle by a retry. */
public final class CoordinatorErrors {
    private CoordinatorErrors() {}

    /** A future that fails with the mapped error. */
    public static <R> Future<R> of(Throwable failure) {
        return Future.failedFuture(translated(failure));
    }

    /** The mapped error, for one part of a larger response. */
    public static Errors error(Throwable failure) {
        Throwable known = translated(failure);
        return known instanceof ApiException refusal
                ? Errors.forCode(refusal.code().kafkaCode())
                : Errors.UNKNOWN_SERVER_ERROR;
    }

    private static Throwable translated(Throwable failure) {
        if (!(failure instanceof ApiException refusal)) return failure;
        return switch (refusal.code()) {
            // On any of these, a client looks for the coordinator again and retries.
            case DISK_FULL,
                    STORAGE_FAILED,
                    STORAGE_UNAVAILABLE,
                    OUT_OF_FILES,
                    PARTITION_OFFLINE,
                    PARTITION_QUARANTINED,
                    NOT_LEADER,
                    NOT_ENOUGH_REPLICAS,
                    NOT_ENOUGH_REPLICAS_AFTER_APPEND,
                    NODE_UNREACHABLE,
                    OUTCOME_UNKNOWN,
                    SHUTTING_DOWN,
                    UNKNOWN_TOPIC,
                    UNKNOWN_PARTITION -> new ApiException(ErrorCode.COORDINATOR_NOT_AVAILABLE, refusal.getMessage());
            case RECORD_TOO_LARGE -> new ApiException(ErrorCode.INTERNAL, refusal.getMessage());
            default -> refusal;
        };
    }
}
