package io.letterbox.cli;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/**
 * How a line becomes a record: the source of its key, and what else the record gets.
 *
 * @param separator between key and value of a line; null if lines have no keys of their own
 * @param key of all records; null if they have no common key
 * @param keyField a JSON pointer (RFC 6901) to the key in each line; null if lines are not parsed
 * @param nullMarker the text that stands for a null value; null if every text is a value
 * @param headers record headers by name, the same for all records
 */
record RecordShape(byte[] separator, String key, String keyField, byte[] nullMarker, Map<String, String> headers) {
    /** The query parameter with the key of all records, including its ampersand; empty if there is none. */
    String keyQuery() {
        if (keyField != null) return "&keyField=" + ServerClient.segment(keyField);
        return key == null ? "" : "&key=" + ServerClient.segment(key);
    }

    /** Whether the bytes of a line are its record's value, whatever they are. */
    boolean wholeLines() {
        return separator == null && nullMarker == null;
    }

    /** The start of a line's value; -1 if the line lacks the separator. */
    int valueStart(byte[] line) {
        if (separator == null) return 0;
        for (int i = 0; i + separator.length <= line.length; i++) {
            if (Arrays.equals(line, i, i + separator.length, separator, 0, separator.length)) {
                return i + separator.length;
            }
        }
        return -1;
    }

    /** The key of a line's record, or null. */
    byte[] keyOf(byte[] line, int valueStart) {
        if (separator != null) return Arrays.copyOf(line, valueStart - separator.length);
        return key == null ? null : key.getBytes(StandardCharsets.UTF_8);
    }

    /** The value of a line's record, or null. */
    byte[] valueOf(byte[] line, int valueStart) {
        byte[] value = valueStart == 0 ? line : Arrays.copyOfRange(line, valueStart, line.length);
        return Arrays.equals(value, nullMarker) ? null : value;
    }
}
