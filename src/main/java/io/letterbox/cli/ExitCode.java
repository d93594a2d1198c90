package io.letterbox.cli;

/** The exit statuses of commands; listed in the general help. */
public final class ExitCode {
    /** Done. */
    public static final int OK = 0;

    /** The command failed for the reason in the message; the same call may succeed later. */
    public static final int FAILED = 1;

    /** The call itself is wrong: an unknown option, a missing argument, a setting that does not exist. */
    public static final int USAGE = 2;

    /** The server refused the request: no such topic, too large, not valid. */
    public static final int REFUSED = 3;

    /** No server answers at that address, or the connection was lost. */
    public static final int UNREACHABLE = 4;

    /** The log that was checked is damaged. */
    public static final int DAMAGED = 5;

    private ExitCode() {}
}
