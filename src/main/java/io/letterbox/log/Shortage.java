package io.letterbox.log;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

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
        String text = reason(failed);
        if (text.contains("No space left") || text.contains("quota exceeded")) return SPACE;
        return text.contains("Too many open files") ? FILES : OTHER;
    }

    /** The operating system's words, without the path that the exception names: for those who must not see it. */
    public static String reason(IOException failed) {
        if (failed instanceof ForceFailedException && failed.getCause() instanceof IOException cause)
            return reason(cause);
        if (failed instanceof NoSuchFileException) return "No such file or directory";
        if (failed instanceof FileSystemException named) {
            return named.getReason() == null ? named.getClass().getSimpleName() : named.getReason();
        }
        return failed.getMessage() == null ? failed.getClass().getSimpleName() : failed.getMessage();
    }
}
