package io.letterbox.cli;

/** Ends a command with an exit status and a message for the user. */
final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exitCode;
    private final String code;

    Failure(int exitCode, String sentence) {
        this(exitCode, "", sentence);
    }

    /**
     * @param exitCode one of {@link ExitCode}
     * @param code the server's error code, {@code UNKNOWN_TOPIC}; empty if there is none
     * @param sentence what went wrong and what would be right
     */
    Failure(int exitCode, String code, String sentence) {
        super(sentence, null, false, false);
        this.exitCode = exitCode;
        this.code = code;
    }

    int exitCode() {
        return exitCode;
    }

    String code() {
        return code;
    }
}
