package io.letterbox.record;

/**
 * How far one goes with the records of a batch before others have their turn: so many records, or so many bytes out of a
 * codec, and at least one record. Some milliseconds of work, unless that record is huge.
 */
final class TimeSlice {
    static final int RECORDS = 8_192;
    static final int BYTES = 512 << 10;

    private final RecordParser parser;
    private final long upToBytes;
    private int left = RECORDS;

    /** Begins where the parser is. */
    TimeSlice(RecordParser parser) {
        this.parser = parser;
        this.upToBytes = parser.inflatedBytes() + BYTES;
    }

    /** Whether another record belongs to it. */
    boolean hasRoom() {
        return --left >= 0 && parser.inflatedBytes() < upToBytes;
    }
}
