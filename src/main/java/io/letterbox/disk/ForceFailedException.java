package io.letterbox.disk;

import io.letterbox.text.FileTrouble;
import java.io.IOException;

/**
 * Signals that the operating system could not make bytes durable. It may have dropped them and may report success next
 * time, so a force is never retried: the file's owner does not write any more.
 */
public final class ForceFailedException extends IOException {
    private static final long serialVersionUID = 1L;

    /**
     * @param what the file or directory
     * @param cause the operating system's error
     */
    public ForceFailedException(String what, IOException cause) {
        super(what + " could not be made durable: " + FileTrouble.reason(cause), cause);
    }
}
