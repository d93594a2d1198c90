package io.letterbox.storage;

import java.io.IOException;

/** An entry of a replicated log that this server cannot read. */
final class UnreadableEntryException extends IOException {
    private static final long serialVersionUID = 1L;

    UnreadableEntryException(String why) {
        this(why, null);
    }

    UnreadableEntryException(String why, Throwable cause) {
        super("An entry of the replicated log cannot be read: " + why + ".", cause);
    }

    static UnreadableEntryException version(int found, int known) {
        return new UnreadableEntryException("it has the format " + found + ", and this server knows no later one than "
                + known + ". Run the version of the server that has written it, or a later one");
    }
}
