package io.letterbox.filter;

import java.util.regex.Pattern;

/** Splits the text of a filter into tokens. For one text. */
final class FilterLexer {
    enum TokenType {
        POINTER,
        TEXT,
        NUMBER,
        WORD,
        SIGN,
        OPEN,
        CLOSE,
        END
    }

    /**
     * A token.
     *
     * @param text its characters; for a quoted text its content, unescaped
     * @param position the index of its first character
     */
    record Token(TokenType kind, String text, int position) {}

    /** RFC 8259 section 6. */
    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");

    private static final int HEX_DIGITS = 4;
    private static final int HEX = 16;

    private final String text;
    private int at;

    FilterLexer(String text) {
        this.text = text;
    }

    Token next() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) at++;
        int from = at;
        if (from == text.length()) return new Token(TokenType.END, "", from);
        char first = text.charAt(from);
        if (first == '(' || first == ')') {
            at++;
            return new Token(first == '(' ? TokenType.OPEN : TokenType.CLOSE, String.valueOf(first), from);
        }
        if (first == '"' || first == '\'') return quoted(first);
        if (isSign(first)) return token(TokenType.SIGN, from, FilterLexer::isSign);
        if (first == '/') return token(TokenType.POINTER, from, FilterLexer::isOfPointer);
        if (Character.isLetter(first)) return token(TokenType.WORD, from, Character::isLetterOrDigit);
        Token number = token(TokenType.NUMBER, from, FilterLexer::isOfNumber);
        if (NUMBER.matcher(number.text()).matches()) return number;
        throw new FilterException(
                from,
                number.text().isEmpty()
                        ? "“" + Character.toString(text.codePointAt(from)) + "” has no meaning here"
                        : "“" + number.text() + "” is not a number as JSON writes it (RFC 8259)");
    }

    private interface CharTest {
        boolean test(char c);
    }

    private Token token(TokenType kind, int from, CharTest belongs) {
        while (at < text.length() && belongs.test(text.charAt(at))) at++;
        return new Token(kind, text.substring(from, at), from);
    }

    private static boolean isSign(char c) {
        return c == '=' || c == '!' || c == '<' || c == '>';
    }

    private static boolean isOfPointer(char c) {
        return !Character.isWhitespace(c) && !isSign(c) && c != '(' && c != ')' && c != '"' && c != '\'';
    }

    private static boolean isOfNumber(char c) {
        return c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.' || c == 'e' || c == 'E';
    }

    /** A quoted text with the escapes of JSON, RFC 8259 section 7. */
    private Token quoted(char mark) {
        int from = at++;
        StringBuilder content = new StringBuilder();
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == mark) return new Token(TokenType.TEXT, content.toString(), from);
            content.append(c == '\\' ? escaped() : c);
        }
        throw new FilterException(from, "the quotation mark is not closed");
    }

    private char escaped() {
        int from = at - 1;
        char code = at < text.length() ? text.charAt(at++) : ' ';
        return switch (code) {
            case '"', '\'', '\\', '/' -> code;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unicode(from);
            default -> throw new FilterException(from, "this is no escape of JSON (RFC 8259)");
        };
    }

    private char unicode(int from) {
        int code = 0;
        for (int i = 0; i < HEX_DIGITS; i++) {
            int digit = at < text.length() && text.charAt(at) < 0x80 ? Character.digit(text.charAt(at++), HEX) : -1;
            if (digit < 0) throw new FilterException(from, "four hexadecimal digits follow \\u");
            code = code << 4 | digit;
        }
        return (char) code;
    }
}
