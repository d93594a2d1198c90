package io.letterbox.error;

import java.util.Objects;

/**
 * A refusal on its way to whoever asked: a code for the machine and a sentence for the person, which says what was
 * wrong and what would be right. It has no stack trace, because it is an expected outcome and may be frequent.
 */
public class ApiException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;

    /**
     * @param code what kind of refusal this is
     * @param detail a whole sentence for a person
     */
    public ApiException(ErrorCode code, String detail) {
        super(detail, null, false, false);
        this.code = Objects.requireNonNull(code);
    }

    /** What kind of refusal this is. */
    public ErrorCode code() {
        return code;
    }
}
