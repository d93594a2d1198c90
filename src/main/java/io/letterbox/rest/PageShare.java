package io.letterbox.rest;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.http.Problem;
import io.letterbox.ingress.ByteBudget;
import java.util.Map;

/** One page's share of the node's budget for pages. Owned by one event loop. */
final class PageShare {
    private final ByteBudget budget;
    private long held;

    PageShare(ByteBudget budget) {
        this.budget = budget;
    }

    /**
     * Sets the share to a number of bytes, more or less than before. If that is refused, nothing has changed.
     *
     * @throws ApiException TOO_MANY_REQUESTS, or RECORD_TOO_LARGE if it is more than the whole budget
     */
    void hold(long bytes) {
        if (bytes > budget.limitBytes()) {
            throw new ApiException(
                    ErrorCode.RECORD_TOO_LARGE,
                    "The record at this offset takes " + bytes + " bytes of JSON, more than the " + budget.limitBytes()
                            + " that limits.pageBytes allows all pages together.",
                    Map.of(Problem.LIMIT, budget.limitBytes()));
        }
        if (bytes <= held) {
            budget.release(held - bytes);
        } else if (!budget.tryAcquire(bytes - held)) {
            throw new ApiException(
                    ErrorCode.TOO_MANY_REQUESTS,
                    "Pages of " + budget.usedBytes() + " bytes are under way to their readers, of "
                            + budget.limitBytes() + " that limits.pageBytes allows; come back shortly.");
        }
        held = bytes;
    }

    /** Returns the share; a second call does nothing. */
    void release() {
        budget.release(held);
        held = 0;
    }
}
