package io.letterbox.filter;

/** Signals that a text is not a filter. The message says what was expected, and the position where. */
public final class FilterException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int position;

    /** @param position the index of the first character that does not fit, from 0 to the text's length */
    FilterException(int position, String message) {
        super(message);
        this.position = position;
    }

    /** The index of the first character that does not fit, from 0 to the text's length. */
    public int position() {
        return position;
    }
}
