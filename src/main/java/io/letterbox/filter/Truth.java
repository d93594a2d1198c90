package io.letterbox.filter;

/**
 * What is known of a condition: Kleene's three values. Unknown is what is asked of JSON where there is none, so that neither
 * a condition nor its opposite holds for such a record, unless another condition decides.
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
