package io.letterbox.text;

import java.io.FileNotFoundException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/**
 * Describes failures of files in words. The messages of the JDK's exceptions are often just a path, which does not
 * explain the failure, and would tell clients where the server's files are.
 */
public final class FileTrouble {
    private FileTrouble() {}

    /** What went wrong, without the name of a file, for clients; no full stop. */
    public static String reason(Throwable failure) {
        if (failure instanceof FileSystemException ofFile) return reason(ofFile);
        if (failure instanceof UncheckedIOException wrapped) return reason(wrapped.getCause());
        String message = failure.getMessage();
        if (failure instanceof FileNotFoundException) {
            // "path (No such file or directory)"
            int from = message == null ? -1 : message.lastIndexOf('(');
            return from < 0 ? "a file cannot be opened" : message.substring(from + 1, message.length() - 1);
        }
        // The exception was made from its cause alone, so its message is the cause's toString().
        Throwable cause = failure.getCause();
        if (cause != null && cause != failure && cause.toString().equals(message)) return reason(cause);
        return message == null ? failure.getClass().getSimpleName() : message;
    }

    /** What went wrong and with which file, for the operator; no full stop. */
    public static String sentence(Throwable failure) {
        if (failure instanceof UncheckedIOException wrapped) return sentence(wrapped.getCause());
        boolean named = failure instanceof FileSystemException ofFile && ofFile.getFile() != null;
        return named ? ((FileSystemException) failure).getFile() + ": " + reason(failure) : reason(failure);
    }

    private static String reason(FileSystemException failure) {
        if (failure.getReason() != null) return failure.getReason();
        if (failure instanceof AccessDeniedException) return "permission denied";
        if (failure instanceof NoSuchFileException) return "no such file or directory";
        if (failure instanceof FileAlreadyExistsException) return "there is something of that name already";
        if (failure instanceof NotDirectoryException) return "not a directory";
        if (failure instanceof DirectoryNotEmptyException) return "the directory is not empty";
        return failure.getClass().getSimpleName();
    }
}
