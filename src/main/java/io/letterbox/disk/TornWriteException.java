package io.letterbox.disk;

import io.letterbox.text.FileTrouble;
import java.io.IOException;

/** A write failed and could not be taken back: nobody knows where the file ends, so its owner stops writing for good. */
public final class TornWriteException extends IOException {
    private static final long serialVersionUID = 1L;

    /** @param cause what the write failed with */
    public TornWriteException(Exception cause) {
        super("A write failed and could not be taken back: " + FileTrouble.reason(cause), cause);
    }
}
