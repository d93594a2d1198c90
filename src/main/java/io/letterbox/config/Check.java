package io.letterbox.config;

/** The checks that the records' constructors share. */
final class Check {
    private Check() {}

    static void range(String key, long value, long min, long max) {
        if (value < min || value > max) {
            throw new InvalidSetting(key, value, "a whole number from " + min + " to " + max);
        }
    }

    static void notBlank(String key, String value, String allowed) {
        if (value == null || value.isBlank()) {
            throw new InvalidSetting(key, value == null ? "" : value, allowed);
        }
    }

    static <T> T present(String key, T value, String allowed) {
        if (value == null) {
            throw new InvalidSetting(key, "", allowed);
        }
        return value;
    }
}
