package io.letterbox.error;

import java.util.Map;
import java.util.Objects;

/**
 * A refusal on its way to whoever asked: a code for the machine and a sentence for the person, which says what was
 * wrong and what would be right. It has no stack trace, because it is an expected outcome and may be frequent.
 */
public class ApiException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The fact that says what a request may have at the most: bytes, records, whatever the sentence counts. */
    public static final String LIMIT = "limit";

    private final ErrorCode code;

    // Not sent anywhere as an object.
    private final transient Map<String, Object> facts;

    /**
     * @param code what kind of refusal this is
     * @param detail a whole sentence for a person
     */
    public ApiException(ErrorCode code, String detail) {
        this(code, detail, Map.of());
    }

    /**
     * @param code what kind of refusal this is
     * @param detail a whole sentence for a person
     * @param facts of the sentence, for a program: texts and numbers by the names that they have in a problem document
     */
    public ApiException(ErrorCode code, String detail, Map<String, Object> facts) {
        super(detail, null, false, false);
        this.code = Objects.requireNonNull(code);
        this.facts = Map.copyOf(facts);
    }

    /** What kind of refusal this is. */
    public ErrorCode code() {
        return code;
    }

    /** What a program can use of the sentence; mostly empty. */
    public Map<String, Object> facts() {
        return facts;
    }
}
