package io.letterbox.filter;

import java.util.List;

/** The part of a record that is compared. */
sealed interface Operand {
    /** The record's key as text. */
    record Key() implements Operand {}

    /** The record's value as text, whatever it is. */
    record WholeValue() implements Operand {}

    /**
     * A JSON pointer into the record's value.
     *
     * @param tokens the reference tokens of RFC 6901 section 3, unescaped; none for the whole document
     */
    record Pointer(List<String> tokens) implements Operand {}
}
