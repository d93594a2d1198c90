package io.letterbox.replication;

import io.letterbox.error.ErrorCode;

/** Something that the owner of a replica has to do. */
public sealed interface Output {
    /**
     * Everything below this offset may be read, and every append that ends below it is acknowledged.
     *
     * @param highWatermark the offset after the last record that counts as safe
     */
    record HighWatermarkMoved(long highWatermark) implements Output {}

    /**
     * Appends that wait for their acknowledgement will not get it: answer them all with this refusal. Their records
     * stay in the log and may become readable later.
     *
     * @param code why
     * @param detail a whole sentence for a person
     */
    record Reject(ErrorCode code, String detail) implements Output {}
}
