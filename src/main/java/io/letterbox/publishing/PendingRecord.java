package io.letterbox.publishing;

import io.letterbox.record.RecordHeader;
import java.util.List;

/**
 * A record before it is added to a batch. Its owner fills it, adds it and fills it again: one object for any number of
 * records.
 */
public final class PendingRecord {
    /** What a record adds to a batch beyond its key, value and headers, at most. */
    private static final int RECORD_OVERHEAD_BYTES = 36;

    private static final int HEADER_OVERHEAD_BYTES = 10;

    long timestampMs;
    byte[] key;
    byte[] source;
    int valueOffset;
    int valueLength;
    List<RecordHeader> headers = List.of();

    /** @param epochMs milliseconds since 1970 */
    public PendingRecord timestampMs(long epochMs) {
        timestampMs = epochMs;
        return this;
    }

    /** @param bytes null if the record has no key */
    public PendingRecord key(byte[] bytes) {
        key = bytes;
        return this;
    }

    /** @param bytes null for a record without a value */
    public PendingRecord value(byte[] bytes) {
        return value(bytes, 0, bytes == null ? 0 : bytes.length);
    }

    /**
     * @param array the array that contains the value; null for a record without a value
     * @param offset the index of the value's first byte
     */
    public PendingRecord value(byte[] array, int offset, int length) {
        source = array;
        valueOffset = offset;
        valueLength = length;
        return this;
    }

    public PendingRecord headers(List<RecordHeader> all) {
        headers = all;
        return this;
    }

    /** The length of the key; -1 if there is none. */
    int keyLength() {
        return key == null ? -1 : key.length;
    }

    /** What counts towards the limit for one record: key, value and headers. */
    int payloadBytes() {
        int bytes = (key == null ? 0 : key.length) + (source == null ? 0 : valueLength);
        for (RecordHeader header : headers) {
            // A header's name has at least one byte per character; names from HTTP are ASCII.
            bytes += header.key().length() + (header.value() == null ? 0 : header.value().length);
        }
        return bytes;
    }

    /** An upper bound of the record's size in a batch. */
    public int batchBytes() {
        int nameSlack = 0;
        for (RecordHeader header : headers) nameSlack += header.key().length() * 2 + HEADER_OVERHEAD_BYTES;
        return payloadBytes() + nameSlack + RECORD_OVERHEAD_BYTES;
    }
}
