package io.letterbox.text;

/**
 * Makes text from outside safe to display. Terminals execute control characters (ECMA-48: C0, DEL and C1, by which text
 * can clear the screen, change the title or forge lines), and bidirectional controls reorder the displayed text
 * (Unicode UAX #9). Each becomes a visible escape as in Java source, such as {@code \u001b}.
 */
public final class Printable {
    private static final int LAST_C1 = 0x9f;

    private Printable() {}

    /** The text as one line: line breaks are escaped, too; tabs stay. */
    public static String line(CharSequence text) {
        return clean(text, false);
    }

    /** The text with its lines and tabs. */
    public static String lines(CharSequence text) {
        return clean(text, true);
    }

    private static String clean(CharSequence text, boolean keepLines) {
        int length = text.length();
        int at = 0;
        while (at < length && isHarmless(text.charAt(at), keepLines)) at++;
        if (at == length) return text.toString();
        StringBuilder clean = new StringBuilder(length + 16).append(text, 0, at);
        for (; at < length; at++) {
            char next = text.charAt(at);
            if (isHarmless(next, keepLines)) clean.append(next);
            else clean.append("\\u").append(Integer.toHexString(next | 0x10000), 1, 5);
        }
        return clean.toString();
    }

    private static boolean isHarmless(char c, boolean keepLines) {
        if (c < ' ') return c == '\t' || c == '\n' && keepLines;
        if (c < 0x7f) return true;
        if (c <= LAST_C1) return false;
        return !(c >= '\u200e' && c <= '\u200f'
                || c >= '\u2028' && c <= '\u202e'
                || c >= '\u2066' && c <= '\u2069'
                || c == '\u061c');
    }
}
