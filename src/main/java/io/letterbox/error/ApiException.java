package io.letterbox.error;

import java.util.Map;
import java.util.Objects;

/**
 * The refusal of a request: a code for programs and a sentence for people, which says what was wrong and what would be
 * right. It has no stack trace, because it is an expected outcome and may be frequent.
 */
public class ApiException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The fact that says what a request may have at the most: bytes, records, whatever the sentence counts. */
    public static final String LIMIT = "limit";

    private final ErrorCode code;

    // Transient: exceptions are never serialized.
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
     * @param facts the facts of the sentence for programs: texts and numbers by their names in a problem document
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

    /** The facts of the sentence for programs; usually empty. */
    public Map<String, Object> facts() {
        return facts;
    }
}
