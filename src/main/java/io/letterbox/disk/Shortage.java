package io.letterbox.disk;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.text.FileTrouble;
import java.io.IOException;

/**
 * The resource for want of which a file operation, other than a force, has failed. Each shortage may pass by itself, so
 * the operation is retried. The JDK hands the operating system's error over as a text, in English unless the system has
 * translations.
 */
public enum Shortage {
    /** Blocks, a quota, or inodes: the operating system has one error for all of them. */
    SPACE,
    /** File descriptors, of the process or of the machine. */
    FILES,
    /** Anything else: permissions, a file that is gone, an error of the device. */
    OTHER;

    /** The shortage that a failed operation indicates. */
    public static Shortage of(IOException failed) {
        String text = FileTrouble.reason(failed);
        if (text.contains("No space left") || text.contains("quota exceeded")) return SPACE;
        return text.contains("Too many open files") ? FILES : OTHER;
    }

    /**
     * The answer to a request that cannot be served for now. It names no path.
     *
     * @param what the beginning of a sentence, before its verb
     */
    public static ApiException refusal(String what, IOException failed) {
        ErrorCode code =
                switch (of(failed)) {
                    case SPACE -> ErrorCode.DISK_FULL;
                    case FILES -> ErrorCode.OUT_OF_FILES;
                    case OTHER -> ErrorCode.STORAGE_UNAVAILABLE;
                };
        return new ApiException(code, what + " failed: " + FileTrouble.reason(failed) + ". Try again later.");
    }
}
