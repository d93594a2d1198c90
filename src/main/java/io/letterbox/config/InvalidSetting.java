package io.letterbox.config;

import java.util.Objects;

/**
 * One setting has an invalid value. Thrown by the constructors of the records, which know the key but not where its
 * value was written; the loader adds that.
 */
public final class InvalidSetting extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final String key;
    private final String allowed;

    /**
     * @param key the key's whole path, as in {@code http.port}
     * @param value the given value
     * @param allowed what would be valid, to follow "allowed is"
     */
    public InvalidSetting(String key, Object value, String allowed) {
        super(key + " is " + quoted(value) + "; allowed is " + allowed);
        this.key = Objects.requireNonNull(key);
        this.allowed = Objects.requireNonNull(allowed);
    }

    /** The key's whole path, as in {@code http.port}. */
    public String key() {
        return key;
    }

    /** What would be valid. */
    public String allowed() {
        return allowed;
    }

    private static String quoted(Object value) {
        return value instanceof CharSequence ? "\"" + value + "\"" : String.valueOf(value);
    }
}
