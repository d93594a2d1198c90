package io.letterbox.storage;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import java.io.IOException;

/** A decision of a shard's leader was not made safe, because another replica leads now, or none. */
final class NotLeadingException extends IOException {
    private static final long serialVersionUID = 1L;

    NotLeadingException() {
        super("This node does not lead the shard any more.");
    }

    /** What clients are told. */
    static ApiException refusal(int shard) {
        return new ApiException(
                ErrorCode.NOT_LEADER, "This node does not lead shard " + shard + "; its leader takes the request.");
    }
}
