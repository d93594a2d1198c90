package io.letterbox.cli;

/** What a command's exit status means; the help of the whole command line lists them. */
public final class ExitCode {
    /** Done. */
    public static final int OK = 0;

    /** It went wrong for a reason that the message gives; the same call may succeed later. */
    public static final int FAILED = 1;

    /** The call itself is wrong: an unknown option, a missing argument, a setting that does not exist. */
    public static final int USAGE = 2;

    /** The server understood and refused: no such topic, too large, not valid. */
    public static final int REFUSED = 3;

    /** No server answers at that address, or it went away. */
    public static final int UNREACHABLE = 4;

    /** A log that was looked at is damaged. */
    public static final int DAMAGED = 5;

    private ExitCode() {}
}
