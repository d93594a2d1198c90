package io.letterbox.filter;

import java.util.List;

/** What of a record is compared. */
sealed interface Operand {
    /** The record's key as text. */
    record Key() implements Operand {}

    /** The record's value as text, whatever it is. */
    record WholeValue() implements Operand {}

    /**
     * A place in the record's value, which is JSON.
     *
     * @param tokens the reference tokens of RFC 6901 section 3, unescaped; none for the whole document
     */
    record Pointer(List<String> tokens) implements Operand {}
}
