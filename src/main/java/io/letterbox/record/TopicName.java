package io.letterbox.record;

/** What a topic may be called. */
public final class TopicName {
    private TopicName() {}

    /** @throws io.letterbox.error.ApiException INVALID_TOPIC unless 1 to 249 of [a-zA-Z0-9._-], and not . or .. */
    public static void check(String name) {
        throw new AssertionError();
    }

    public static boolean isValid(String name) {
        throw new AssertionError();
    }

    /** True for the server's own topics, whose names begin with two underscores. */
    public static boolean isInternal(String name) {
        throw new AssertionError();
    }
}
