package io.letterbox.disk;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.text.FileTrouble;
import java.io.IOException;

/**
 * What a file operation lacked that failed without being a force. All of it may pass by itself, so the operation is tried
 * again. The JDK hands the operating system's error over as a text, in English unless the system has translations.
 */
public enum Shortage {
    /** Blocks, a quota, or inodes: the operating system has one error for all of them. */
    SPACE,
    /** File descriptors, of the process or of the machine. */
    FILES,
    /** Anything else: permissions, a file that is gone, an error of the device. */
    OTHER;

    /** Which of them a failed operation tells of. */
    public static Shortage of(IOException failed) {
        String text = FileTrouble.reason(failed);
        if (text.contains("No space left") || text.contains("quota exceeded")) return SPACE;
        return text.contains("Too many open files") ? FILES : OTHER;
    }

    /**
     * What those are told who asked for something that could not be done for now. It names no path.
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
