package io.letterbox.log;

import java.io.IOException;

/** Bytes that were once durable are not what they were. The partition has to be quarantined; nothing is repaired. */
public final class CorruptLogException extends IOException {
    private static final long serialVersionUID = 1L;

    /** @param reason a sentence for the operator, with file and position */
    public CorruptLogException(String reason) {
        super(reason);
    }
}
