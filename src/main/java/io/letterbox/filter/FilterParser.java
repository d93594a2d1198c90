package io.letterbox.filter;

import io.letterbox.filter.Condition.And;
import io.letterbox.filter.Condition.Comparison;
import io.letterbox.filter.Condition.Exists;
import io.letterbox.filter.Condition.Not;
import io.letterbox.filter.Condition.Or;
import io.letterbox.filter.FilterLexer.Token;
import io.letterbox.filter.FilterLexer.TokenType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/** A recursive descent parser for the grammar at {@link Filter}, with one method for each rule. For one text. */
final class FilterParser {
    static final int MAX_CHARS = 1_000;
    static final int MAX_COMPARISONS = 16;

    /** The limit for nested brackets and negations. */
    private static final int MAX_DEPTH = 16;

    private static final Map<String, Operator> OPERATORS = Map.of(
            "=", Operator.EQUAL,
            "==", Operator.EQUAL,
            "!=", Operator.NOT_EQUAL,
            "<", Operator.LESS,
            "<=", Operator.AT_MOST,
            ">", Operator.GREATER,
            ">=", Operator.AT_LEAST,
            "contains", Operator.CONTAINS);

    private final FilterLexer lexer;
    private Token token;
    private int comparisons;
    private int depth;

    FilterParser(String text) {
        if (text.length() > MAX_CHARS) {
            throw new FilterException(MAX_CHARS, "a filter has " + MAX_CHARS + " characters at the most");
        }
        lexer = new FilterLexer(text);
        token = lexer.next();
    }

    /** Parses the whole text. */
    Condition filter() {
        Condition condition = disjunction();
        if (token.kind() != TokenType.END) throw expected("“and”, “or” or the end");
        return condition;
    }

    private Condition disjunction() {
        Condition condition = conjunction();
        while (takeWord("or")) condition = new Or(condition, conjunction());
        return condition;
    }

    private Condition conjunction() {
        Condition condition = condition();
        while (takeWord("and")) condition = new And(condition, condition());
        return condition;
    }

    private Condition condition() {
        int at = token.position();
        if (takeWord("not")) return new Not(nested(at, this::condition));
        if (token.kind() != TokenType.OPEN) return comparison();
        advance();
        Condition inner = nested(at, this::disjunction);
        if (token.kind() != TokenType.CLOSE) throw expected("“and”, “or” or a closing bracket");
        advance();
        return inner;
    }

    private Condition nested(int at, Supplier<Condition> rule) {
        if (++depth > MAX_DEPTH) {
            throw new FilterException(at, "brackets and negations nest " + MAX_DEPTH + " times at the most");
        }
        Condition condition = rule.get();
        depth--;
        return condition;
    }

    private Condition comparison() {
        if (++comparisons > MAX_COMPARISONS) {
            throw new FilterException(token.position(), "a filter has " + MAX_COMPARISONS + " comparisons at the most");
        }
        Operand operand = operand();
        if (takeWord("exists")) return new Exists(operand);
        Operator operator = operator();
        Token before = token;
        Value literal = literal();
        if (operator.isOrder() && !(literal instanceof Value.Num) && !(literal instanceof Value.Text)) {
            throw new FilterException(before.position(), "only numbers and texts have an order");
        }
        return new Comparison(operand, operator, literal);
    }

    private Operand operand() {
        Token first = token;
        if (first.kind() == TokenType.POINTER || first.kind() == TokenType.TEXT) {
            Operand pointer = pointer(first);
            advance();
            return pointer;
        }
        if (takeWord("key")) return new Operand.Key();
        if (takeWord("value")) return new Operand.WholeValue();
        throw expected("a JSON pointer such as /user/name, “key” or “value”");
    }

    private static Operand pointer(Token token) {
        String text = token.text();
        if (text.isEmpty()) return new Operand.Pointer(List.of());
        if (text.charAt(0) != '/') {
            throw new FilterException(token.position(), "a JSON pointer begins with a slash (RFC 6901)");
        }
        List<String> tokens = new ArrayList<>();
        for (String part : text.substring(1).split("/", -1)) {
            for (int tilde = part.indexOf('~'); tilde >= 0; tilde = part.indexOf('~', tilde + 1)) {
                char code = tilde + 1 < part.length() ? part.charAt(tilde + 1) : ' ';
                if (code != '0' && code != '1') {
                    throw new FilterException(
                            token.position(), "in a JSON pointer “~” is written ~0, and “/” in a name ~1 (RFC 6901)");
                }
            }
            tokens.add(part.replace("~1", "/").replace("~0", "~"));
        }
        return new Operand.Pointer(List.copyOf(tokens));
    }

    private Operator operator() {
        Operator operator =
                token.kind() == TokenType.SIGN || token.kind() == TokenType.WORD ? OPERATORS.get(word(token)) : null;
        if (operator == null) throw expected("=, !=, <, <=, >, >=, “contains” or “exists”");
        advance();
        return operator;
    }

    private Value literal() {
        Value value =
                switch (token.kind()) {
                    case TEXT -> new Value.Text(token.text());
                    case NUMBER -> number(token);
                    case WORD ->
                        switch (word(token)) {
                            case "true" -> Value.TRUE;
                            case "false" -> Value.FALSE;
                            case "null" -> Value.NULL;
                            default -> throw expected("a number, true, false, null or a text in quotation marks");
                        };
                    default -> throw expected("a number, true, false, null or a text in quotation marks");
                };
        advance();
        return value;
    }

    private static Value number(Token token) {
        Value value = Value.number(token.text());
        if (value instanceof Value.Num) return value;
        throw new FilterException(token.position(), "this number is too large");
    }

    private boolean takeWord(String word) {
        if (token.kind() != TokenType.WORD || !word(token).equals(word)) return false;
        advance();
        return true;
    }

    private static String word(Token token) {
        return token.text().toLowerCase(Locale.ROOT);
    }

    private void advance() {
        token = lexer.next();
    }

    private FilterException expected(String what) {
        String there = token.kind() == TokenType.END ? "the end" : "“" + token.text() + "”";
        return new FilterException(token.position(), what + " is expected, not " + there);
    }
}
