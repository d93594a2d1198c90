package io.letterbox.config;

import java.util.List;

/**
 * A key and its value as written, not yet parsed.
 *
 * @param key the whole path, {@code http.port}
 * @param values one text, or the entries of a list
 * @param list whether it was written as a list; a text may still mean a list, with commas
 * @param origin where it was written, in words that begin a sentence
 */
record Setting(String key, List<String> values, boolean list, String origin) {
    static Setting scalar(String key, String text, String origin) {
        return new Setting(key, List.of(text), false, origin);
    }

    String text() {
        return list ? values.toString() : values.get(0);
    }
}
