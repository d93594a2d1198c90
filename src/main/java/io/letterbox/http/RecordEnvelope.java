package io.letterbox.http;

import io.letterbox.record.RecordCursor;
import io.letterbox.record.RecordHeader;

/**
 * The JSON of a record, in pages and in streams alike:
 *
 * <pre>
 * {"topic":"quakes",               only where one answer may hold several topics
 *  "partition":0,"offset":42,
 *  "timestamp":1767182400000,      milliseconds since 1970
 *  "key":"us6000",                 or null
 *  "headers":[{"name":"content-type","value":"application/json"}],
 *  "value":"{\"mag\":4.5}"}        or null
 * </pre>
 *
 * <p>Key, value and header values are bytes. Those that are UTF-8 are given as text, others as base64 with a sibling
 * that says so: {@code "keyEncoding":"base64"}, {@code "valueEncoding":"base64"}, and in a header
 * {@code "encoding":"base64"}. Headers are a list because a name may come more than once. There is no line break in it.
 */
public final class RecordEnvelope {
    private RecordEnvelope() {}

    /**
     * Writes the record of a cursor.
     *
     * @param topic null to leave the topic out
     */
    public static void write(JsonBytes out, String topic, int partition, RecordCursor record) {
        out.ascii('{');
        if (topic != null) out.ascii("\"topic\":").string(topic).ascii(',');
        out.ascii("\"partition\":").number(partition);
        out.ascii(",\"offset\":").number(record.offset());
        out.ascii(",\"timestamp\":").number(record.timestampMs());
        out.ascii(",\"key\":");
        if (bytes(out, record.array(), record.keyOffset(), record.keyLength())) {
            out.ascii(",\"keyEncoding\":\"base64\"");
        }
        out.ascii(",\"headers\":[");
        if (record.headerCount() > 0) headers(out, record);
        out.ascii(']');
        out.ascii(",\"value\":");
        if (bytes(out, record.array(), record.valueOffset(), record.valueLength())) {
            out.ascii(",\"valueEncoding\":\"base64\"");
        }
        out.ascii('}');
    }

    private static void headers(JsonBytes out, RecordCursor record) {
        boolean first = true;
        for (RecordHeader header : record.headers()) {
            out.ascii(first ? "{\"name\":" : ",{\"name\":").string(header.key());
            byte[] value = header.value();
            out.ascii(",\"value\":");
            if (bytes(out, value, 0, value == null ? -1 : value.length)) out.ascii(",\"encoding\":\"base64\"");
            out.ascii('}');
            first = false;
        }
    }

    /** Writes bytes as text if they are UTF-8, else as base64; true for base64. */
    private static boolean bytes(JsonBytes out, byte[] array, int offset, int length) {
        if (length < 0) {
            out.ascii("null");
            return false;
        }
        if (Utf8.isValid(array, offset, length)) {
            out.string(array, offset, length);
            return false;
        }
        out.base64(array, offset, length);
        return true;
    }
}
