package io.letterbox.cli;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/**
 * How a line becomes a record: where its key comes from, and what else the record gets.
 *
 * @param separator between key and value of a line; null where lines have no keys of their own
 * @param key of all records; null where they have none in common
 * @param keyField a JSON pointer (RFC 6901) to the key in each line; null where lines are not looked into
 * @param nullMarker the value that stands for no value at all; null where every value is one
 * @param headers record headers by name, the same for all records
 */
record RecordShape(byte[] separator, String key, String keyField, byte[] nullMarker, Map<String, String> headers) {
    /** The query parameter that gives all records of a request their key, with its ampersand; empty where there is none. */
    String keyQuery() {
        if (keyField != null) return "&keyField=" + ServerClient.segment(keyField);
        return key == null ? "" : "&key=" + ServerClient.segment(key);
    }

    /** Whether a line's bytes are its record's value, whatever they are. */
    boolean wholeLines() {
        return separator == null && nullMarker == null;
    }

    /** Where a line's value begins; -1 where the line lacks the separator. */
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
