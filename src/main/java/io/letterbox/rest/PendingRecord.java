package io.letterbox.rest;

import io.letterbox.record.RecordHeader;
import java.util.List;

/** A record on its way into a batch. Its owner fills it, adds it and fills it anew: one object for any number of records. */
final class PendingRecord {
    /** What a record costs in a batch beyond its key, value and headers, at the most. */
    private static final int RECORD_OVERHEAD_BYTES = 36;

    private static final int HEADER_OVERHEAD_BYTES = 10;

    long timestampMs;

    /** Null where the record has no key. */
    byte[] key;

    /** The array that the value lies in; null for a record without a value. */
    byte[] source;

    int valueOffset;
    int valueLength;
    List<RecordHeader> headers = List.of();

    /** What counts against the limit for one record: key, value and headers. */
    int payloadBytes() {
        int bytes = (key == null ? 0 : key.length) + (source == null ? 0 : valueLength);
        for (RecordHeader header : headers) {
            // A header's name has at least one byte per character; names are ASCII where they come from HTTP.
            bytes += header.key().length() + (header.value() == null ? 0 : header.value().length);
        }
        return bytes;
    }

    /** An upper bound of the record's size in a batch. */
    int batchBytes() {
        int nameSlack = 0;
        for (RecordHeader header : headers) nameSlack += header.key().length() * 2 + HEADER_OVERHEAD_BYTES;
        return payloadBytes() + nameSlack + RECORD_OVERHEAD_BYTES;
    }
}
