package io.letterbox.filter;

/**
 * The truth values of conditions, by Kleene's three-valued logic. A condition on JSON is UNKNOWN for a record without
 * JSON, so that neither the condition nor its negation holds for it, unless another condition decides.
 */
public enum Truth {
    FALSE,
    UNKNOWN,
    TRUE;

    static Truth of(boolean holds) {
        return holds ? TRUE : FALSE;
    }

    Truth and(Truth other) {
        return compareTo(other) <= 0 ? this : other;
    }

    Truth or(Truth other) {
        return compareTo(other) >= 0 ? this : other;
    }

    Truth not() {
        return this == UNKNOWN ? UNKNOWN : of(this == FALSE);
    }
}
