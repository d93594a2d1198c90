package io.letterbox.record;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import java.util.Set;

/** The rules for topic names. A name becomes a directory, so the rules also keep requests from reaching other paths. */
public final class TopicName {
    /** The longest name. */
    public static final int MAX_LENGTH = 249;

    /** The internal topic of consumer groups. */
    public static final String CONSUMER_OFFSETS = "__consumer_offsets";

    /** The internal topic of transactions. */
    public static final String TRANSACTION_STATE = "__transaction_state";

    private static final Set<String> INTERNAL = Set.of(CONSUMER_OFFSETS, TRANSACTION_STATE);

    private TopicName() {}

    /**
     * Checks a name.
     *
     * @throws ApiException INVALID_TOPIC unless it is 1 to 249 of [a-zA-Z0-9._-], and not . or ..
     */
    public static void check(String name) {
        if (isValid(name)) return;
        throw new ApiException(
                ErrorCode.INVALID_TOPIC,
                "A topic's name has 1 to 249 characters out of a-z, A-Z, 0-9, '.', '_' and '-', and is not '.' or"
                        + " '..'.");
    }

    /** Whether {@link #check} accepts a name; false for null. */
    public static boolean isValid(String name) {
        if (name == null || name.isEmpty() || name.length() > MAX_LENGTH) return false;
        for (int index = 0; index < name.length(); index++) {
            char c = name.charAt(index);
            boolean known = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            if (!known && c != '.' && c != '_' && c != '-') return false;
        }
        return !name.equals(".") && !name.equals("..");
    }

    /** True for internal topics, which only the server writes to, changes and deletes. */
    public static boolean isInternal(String name) {
        return INTERNAL.contains(name);
    }

    /**
     * Checks that clients may create, write to, change and delete a topic.
     *
     * @throws ApiException INVALID_TOPIC
     */
    public static void checkOwnedByClients(String name) {
        check(name);
        if (!isInternal(name)) return;
        throw new ApiException(
                ErrorCode.INVALID_TOPIC,
                "The topic " + name + " is the server's own: clients can read it, and no more.");
    }
}
