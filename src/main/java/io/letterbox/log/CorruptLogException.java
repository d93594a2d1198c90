package io.letterbox.log;

import io.letterbox.disk.DataLayout;
import java.io.IOException;
import java.nio.file.Path;

/** Signals that bytes that were once durable have changed. The partition has to be quarantined; nothing is repaired. */
public final class CorruptLogException extends IOException {
    private static final long serialVersionUID = 1L;

    /** @param reason a sentence for the operator, with file and position */
    public CorruptLogException(String reason) {
        super(reason);
    }

    /** @param defect the damage, as a sentence */
    CorruptLogException(Path file, long position, String defect) {
        super(DataLayout.displayName(file) + " at byte " + position + ": " + defect);
    }
}
