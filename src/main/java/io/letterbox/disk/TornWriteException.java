package io.letterbox.disk;

import io.letterbox.text.FileTrouble;
import java.io.IOException;

/**
 * Signals that a write failed and could not be undone: the end of the file is unknown, so its owner does not write any
 * more.
 */
public final class TornWriteException extends IOException {
    private static final long serialVersionUID = 1L;

    /** @param cause the failure of the write */
    public TornWriteException(Exception cause) {
        super("A write failed and could not be taken back: " + FileTrouble.reason(cause), cause);
    }
}
