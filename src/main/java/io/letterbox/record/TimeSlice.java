package io.letterbox.record;

/**
 * The work on a batch that an event loop does at a time: a number of records, or of decompressed bytes, and at least
 * one record. That takes some milliseconds, unless the record is huge.
 */
final class TimeSlice {
    static final int RECORDS = 8_192;
    static final int BYTES = 512 << 10;

    private final RecordParser parser;
    private final long upToBytes;
    private int left = RECORDS;

    /** Begins a slice at the parser's position. */
    TimeSlice(RecordParser parser) {
        this.parser = parser;
        this.upToBytes = parser.inflatedBytes() + BYTES;
    }

    /** Whether another record belongs to the slice. */
    boolean hasRoom() {
        return --left >= 0 && parser.inflatedBytes() < upToBytes;
    }
}
