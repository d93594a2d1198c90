package io.letterbox.disk;

import io.letterbox.text.FileTrouble;
import java.io.IOException;

/**
 * The operating system could not make bytes durable. It may have dropped them and may report success next time, so this
 * is never tried again: whoever owns the file stops writing for good.
 */
public final class ForceFailedException extends IOException {
    private static final long serialVersionUID = 1L;

    /**
     * @param what the file or directory
     * @param cause what the operating system said
     */
    public ForceFailedException(String what, IOException cause) {
        super(what + " could not be made durable: " + FileTrouble.reason(cause), cause);
    }
}
