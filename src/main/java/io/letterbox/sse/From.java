package io.letterbox.sse;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.http.Query;

/** Where a subscriber without a cursor starts: the query parameter {@code from}. */
sealed interface From {
    /** The name of the query parameter. */
    String PARAMETER = "from";

    /** At the log start offset. */
    record Earliest() implements From {}

    /** At the end of the log. */
    record Latest() implements From {}

    /** At an offset; only for a single partition. */
    record Offset(long offset) implements From {}

    /** At the first record with this timestamp or a later one. */
    record Time(long timestampMs) implements From {}

    /**
     * Reads the parameter; the default is {@link Latest}.
     *
     * @throws ApiException INVALID_REQUEST
     */
    static From of(Query query) {
        String text = query.text(PARAMETER, "latest");
        if (text.equals("latest")) return new Latest();
        if (text.equals("earliest")) return new Earliest();
        if (isNumber(text)) return new Offset(query.number(PARAMETER, 0, 0, Long.MAX_VALUE));
        if (text.isEmpty() || !Character.isDigit(text.charAt(0))) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST,
                    "The query parameter from has to be earliest, latest, an offset, or a time such as"
                            + " 2026-01-31T12:00:00Z.");
        }
        return new Time(Query.parseTimeMs("The query parameter from", text));
    }

    private static boolean isNumber(String text) {
        if (text.isEmpty()) return false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c < '0' || c > '9') && !(i == 0 && c == '-' && text.length() > 1)) return false;
        }
        return true;
    }
}
