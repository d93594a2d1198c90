package io.letterbox.filter;

import io.letterbox.record.RecordCursor;

/**
 * A filter of records by their values and keys. Immutable; safe on any thread.
 *
 * <pre>
 * filter     = conjunction *( "or" conjunction )
 * conjunction= condition *( "and" condition )
 * condition  = "not" condition / "(" filter ")" / operand "exists" / operand operator literal
 * operand    = pointer / "key" / "value"
 * operator   = "=" / "!=" / "&lt;" / "&lt;=" / "&gt;" / "&gt;=" / "contains"
 * literal    = string / number / "true" / "false" / "null"      as in JSON (RFC 8259); strings in " or in '
 * pointer    = a JSON pointer (RFC 6901) into the value, such as /user/0/name; where it has blanks, brackets or
 *              operators in it, or is empty (the whole document), in quotation marks
 * </pre>
 *
 * <p>{@code key} and {@code value} are the record's as text. The cost of a filter is linear in the length of the
 * record: a filter has at most {@value FilterParser#MAX_CHARS} characters and {@value FilterParser#MAX_COMPARISONS}
 * comparisons.
 */
public final class Filter {
    private final Condition condition;

    private Filter(Condition condition) {
        this.condition = condition;
    }

    /**
     * Parses a filter.
     *
     * @throws FilterException if the text is not a filter
     */
    public static Filter parse(String text) {
        return new Filter(new FilterParser(text).filter());
    }

    /**
     * Whether a cursor's current record matches.
     *
     * @return UNKNOWN if that depends on its value's JSON, and the value is not JSON
     */
    public Truth test(RecordCursor record) {
        return condition.test(new Subject(record));
    }
}
