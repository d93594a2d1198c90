package io.letterbox.http;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.text.Nearest;
import io.vertx.core.http.HttpServerRequest;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * The query parameters of a request, decoded strictly: an unknown name, a broken percent sequence, bytes that are not
 * UTF-8 or a number out of range are refused with a sentence that says what would be right. (A misspelt
 * {@code partiton=3} that is silently ignored puts records into the wrong partition.) Only {@code _} is ignored
 * everywhere. All methods throw an {@link ApiException} with INVALID_REQUEST.
 */
public final class Query {
    /** The most parameters that a query may have. */
    public static final int MAX_PARAMETERS = 1_000;

    /** The parameter that jQuery and others add to bypass caches. It is ignored, and not a misspelling of anything. */
    private static final String CACHE_BUSTER = "_";

    private final Map<String, List<String>> values;

    private Query(Map<String, List<String>> values) {
        this.values = values;
    }

    /**
     * Parses a request's parameters.
     *
     * @param known the names that this route accepts
     */
    public static Query of(HttpServerRequest request, Set<String> known) {
        return parse(request.query(), known);
    }

    /**
     * Parses a request's parameters, some of which have several names.
     *
     * @param known the names that this route accepts
     * @param naming maps a name to the accepted one, or to null if the parameter is to be ignored
     */
    public static Query of(HttpServerRequest request, Set<String> known, UnaryOperator<String> naming) {
        return parse(request.query(), known, naming);
    }

    /**
     * Parses the part of a URI behind the question mark.
     *
     * @param query null or empty if there is none
     * @param known the accepted names
     */
    public static Query parse(String query, Set<String> known) {
        return parse(query, known, UnaryOperator.identity());
    }

    private static Query parse(String query, Set<String> known, UnaryOperator<String> naming) {
        if (query == null || query.isEmpty()) return new Query(Map.of());
        Map<String, List<String>> values = new LinkedHashMap<>();
        int count = 0;
        for (int from = 0; from <= query.length(); ) {
            int end = query.indexOf('&', from);
            if (end < 0) end = query.length();
            if (end > from) {
                if (++count > MAX_PARAMETERS) {
                    throw refused("There are more than " + MAX_PARAMETERS + " query parameters.");
                }
                int equals = query.indexOf('=', from);
                if (equals < 0 || equals > end) equals = end;
                String name = naming.apply(Percent.decodeForm(query, from, equals));
                if (name != null && !name.equals(CACHE_BUSTER)) {
                    String value = equals == end ? "" : Percent.decodeForm(query, equals + 1, end);
                    if (!known.contains(name)) throw unknown(name, known);
                    values.computeIfAbsent(name, n -> new ArrayList<>(1)).add(value);
                }
            }
            from = end + 1;
        }
        return new Query(values);
    }

    /** True if a parameter was given, even if it is empty. */
    public boolean has(String name) {
        return values.containsKey(name);
    }

    /** Every value of a parameter that may be repeated, in order; empty if it was not given. */
    public List<String> all(String name) {
        return values.getOrDefault(name, List.of());
    }

    /** The only value of a parameter, or null if it was not given. */
    public String text(String name) {
        List<String> given = all(name);
        if (given.size() > 1) throw refused("The query parameter " + name + " may be given once only.");
        return given.isEmpty() ? null : given.get(0);
    }

    /** The only value of a parameter, or a default. */
    public String text(String name, String byDefault) {
        String value = text(name);
        return value == null ? byDefault : value;
    }

    /** An integer within bounds, inclusive, or a default if the parameter was not given. */
    public long number(String name, long byDefault, long min, long max) {
        String value = text(name);
        if (value == null) return byDefault;
        try {
            long number = Long.parseLong(value);
            if (number >= min && number <= max && value.charAt(0) != '+') return number;
        } catch (NumberFormatException e) {
            // Falls through to the one error for everything that is wrong with it.
        }
        throw refused("The query parameter " + name + " has to be a whole number from " + min + " to " + max + ", not '"
                + shorten(value) + "'.");
    }

    /** As {@link #number}, for an int. */
    public int integer(String name, int byDefault, int min, int max) {
        return (int) number(name, byDefault, min, max);
    }

    /** A boolean: {@code true}, {@code false} or, without a value, true. */
    public boolean flag(String name, boolean byDefault) {
        String value = text(name);
        if (value == null) return byDefault;
        if (value.isEmpty() || value.equals("true")) return true;
        if (value.equals("false")) return false;
        throw refused("The query parameter " + name + " has to be true or false, not '" + shorten(value) + "'.");
    }

    /**
     * A time in the ISO 8601 form of RFC 3339, such as {@code 2026-01-31T12:00:00Z}, in milliseconds since 1970.
     *
     * @return null if the parameter was not given
     */
    public Long timeMs(String name) {
        String value = text(name);
        return value == null ? null : parseTimeMs("The query parameter " + name, value);
    }

    /**
     * Parses a time as {@link #timeMs} does.
     *
     * @param what the subject of the error's sentence
     */
    public static long parseTimeMs(String what, String value) {
        try {
            Instant instant = OffsetDateTime.parse(value).toInstant();
            return instant.toEpochMilli();
        } catch (DateTimeParseException | ArithmeticException e) {
            throw refused(what + " has to be a time such as 2026-01-31T12:00:00Z, not '" + shorten(value)
                    + "' (a plus sign in a query is written %2B).");
        }
    }

    private static ApiException unknown(String name, Set<String> known) {
        String meant = Nearest.to(name, known.stream().sorted().toList(), 2)
                .map(nearest -> "; did you mean " + nearest + "?")
                .orElse(".");
        return refused("There is no query parameter '" + shorten(name) + "' here"
                + meant
                + (known.isEmpty()
                        ? " None is understood."
                        : " Understood are "
                                + String.join(", ", known.stream().sorted().toList()) + "."));
    }

    private static String shorten(String value) {
        return value.length() <= 80 ? value : value.substring(0, 80) + "…";
    }

    private static ApiException refused(String detail) {
        return new ApiException(ErrorCode.INVALID_REQUEST, detail);
    }
}
