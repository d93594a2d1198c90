package io.letterbox.cluster.forwarding;

import io.letterbox.cluster.PeerException;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;

/** What the failure of an attempt to append a batch says about the batch. */
enum AttemptFailure {
    /** Nobody has appended it, and somebody may take it in a moment. */
    NOT_TRIED,
    /** It may have been appended. */
    UNKNOWN,
    /** The partition does not have what comes before it. */
    OUT_OF_ORDER,
    /** A newer epoch of the producer was there. */
    FENCED,
    /** This attempt has not appended it, and another one would not either. */
    REFUSED;

    /**
     * @param exists whether there is such a partition, as far as this node knows
     */
    static AttemptFailure of(Throwable failure, boolean exists) {
        if (failure instanceof PeerException peer) return peer.mayBeDone() ? UNKNOWN : NOT_TRIED;
        if (!(failure instanceof ApiException refusal)) return UNKNOWN;
        return switch (refusal.code()) {
            case NODE_UNREACHABLE, COORDINATOR_LOADING -> NOT_TRIED;
            // A shard that has not opened the partition yet says the same as one that will never have it.
            case UNKNOWN_PARTITION, UNKNOWN_TOPIC -> exists ? NOT_TRIED : REFUSED;
            // Also the answer to batches that were appended by a leader which stepped down before they were safe.
            // Or which lacks copies: repeated, it is acknowledged when there are enough.
            case NOT_ENOUGH_REPLICAS_AFTER_APPEND,
                    NOT_LEADER,
                    OUTCOME_UNKNOWN,
                    STORAGE_FAILED,
                    SHUTTING_DOWN,
                    INTERNAL -> UNKNOWN;
            case OUT_OF_ORDER_SEQUENCE -> OUT_OF_ORDER;
            case INVALID_PRODUCER_EPOCH -> FENCED;
            default -> REFUSED;
        };
    }

    /** The failure as clients are told it. */
    static ApiException refusal(Throwable failure) {
        return failure instanceof ApiException refusal
                ? refusal
                : new ApiException(ErrorCode.INTERNAL, "The server failed.");
    }
}
