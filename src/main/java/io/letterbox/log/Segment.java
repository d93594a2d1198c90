package io.letterbox.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** One file of record batches and its two indexes. */
public final class Segment {
    Segment() {}

    public long baseOffset() {
        throw new AssertionError();
    }

    /** The offset after the last record; for a closed segment the base offset of the next one. */
    public long nextOffset() {
        throw new AssertionError();
    }

    /** The bytes of record batches. */
    public long sizeBytes() {
        throw new AssertionError();
    }

    /** The path of the {@code .log} file. */
    public Path logPath() {
        throw new AssertionError();
    }

    /** The newest timestamp in the segment, -1 where it is empty. Reads the time index's end on a closed segment. */
    public long maxTimestampMs() throws IOException {
        throw new AssertionError();
    }

    /** Reads raw bytes at a position of the log file; any thread. */
    public int read(ByteBuffer target, long position) throws IOException {
        throw new AssertionError();
    }
}
