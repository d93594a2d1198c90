package io.letterbox.replication;

import io.letterbox.error.ErrorCode;

/** An action for the owner of a replica. */
public sealed interface Output {
    /**
     * Lets everything below this offset be read, and acknowledges every append that ends at or below it.
     *
     * @param highWatermark the offset after the last committed record
     */
    record HighWatermarkMoved(long highWatermark) implements Output {}

    /**
     * Refuses all appends that wait for their acknowledgement. Their records stay in the log and may become readable
     * later.
     *
     * @param code the error
     * @param detail a whole sentence for a person
     */
    record Reject(ErrorCode code, String detail) implements Output {}
}
