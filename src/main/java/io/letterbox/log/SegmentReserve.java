package io.letterbox.log;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Zeros written ahead of the active segment's end, so that a force finds its blocks in place and the file's length as it
 * was: then the file system has no journal to write, and the force takes a third less time. Reserving space without
 * writing it does not help, because the first write to it changes the journal again.
 *
 * <pre>
 * |  record batches  | zeros                  |
 * 0               size                     until = the file's length, while size is not beyond it
 * </pre>
 *
 * It pays only where forces are small and many, so each reservation looks at how many forces the bytes before it took; and
 * it grows with the segment, so that thousands of small partitions reserve little. Nobody reads beyond the size; a closed
 * segment has no zeros, and recovery cuts them off.
 *
 * <p>Owned by the log's owner, except {@link #forced}.
 */
final class SegmentReserve {
    /** The most that is written ahead; a force that has to write it all takes about a millisecond. */
    static final int MAX_BYTES = 1 << 20;

    /** Below this size a segment reserves nothing, and no less at a time; small segments begin at a part of their size. */
    static final int MIN_BYTES = 64 << 10;

    private static final int MIN_PART_OF_SEGMENT = 8;

    /** So many forces the bytes since the last decision must have taken, or batches are large enough without help. */
    private static final int FORCES_WORTH_IT = 8;

    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(MAX_BYTES).asReadOnlyBuffer();

    /** Counted by the one thread that forces; a count that is off by one does no harm. */
    private volatile int forces;

    private long until;
    private long decideAt;

    /** One more force has been done. */
    void forced() {
        forces = forces + 1;
    }

    /**
     * A batch was written: reserves more where it has used the reserve up and another one would pay.
     *
     * @param size where the batches end in the file
     * @param limit where the segment will be rolled
     */
    void appended(LogFile file, long size, long limit) {
        if (size <= until || size < decideAt) return;
        long least = Math.min(MIN_BYTES, limit / MIN_PART_OF_SEGMENT);
        if (size < least) return;
        boolean worthIt = forces >= FORCES_WORTH_IT;
        forces = 0;
        int bytes = (int) Math.min(Math.min(MAX_BYTES, Math.max(least, size)), limit - size);
        decideAt = size + Math.max(bytes, least);
        if (!worthIt || bytes <= 0) return;
        try {
            file.write(ZEROS.duplicate().limit(bytes), size);
            until = size + bytes;
        } catch (IOException full) {
            // The batch is written, only the favour failed: whatever was written of the zeros stays until the end.
            until = size + bytes;
            decideAt = Long.MAX_VALUE;
        }
    }

    /** The file was cut at the end of its batches. */
    void cut(long size) {
        until = size;
    }

    /** Cuts the zeros off, because the segment is to be closed; true where there were any, so that a force is due. */
    boolean release(LogFile file, long size) throws IOException {
        if (until <= size) return false;
        file.truncate(size);
        until = size;
        return true;
    }
}
