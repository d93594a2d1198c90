package io.letterbox.log;

import io.letterbox.disk.LogFile;
import io.letterbox.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Walks the batches of a log file in large reads and checks each one: size, format, checksum, and that its offsets go
 * on where those before it ended. For one thread; memory is bounded by {@link #MAX_BATCH_BYTES}.
 */
public final class BatchScan {
    /** The limit for one batch. A larger length field is damage, and must not lead to an allocation. */
    static final int MAX_BATCH_BYTES = 64 << 20;

    private static final int CHUNK_BYTES = 256 << 10;

    /** Reads the bytes of a file for a scan. */
    public interface ByteSource {
        /** As {@link LogFile#read}. */
        int read(ByteBuffer target, long position) throws IOException;
    }

    private final ByteSource source;
    private final long limit;
    private final long contiguousFrom;
    private final RecordBatch batch = new RecordBatch();
    private ByteBuffer chunk = ByteBuffer.allocate(0);
    private long chunkAt;
    private long position;
    private long next;
    private long expectedOffset;
    private String defect;

    /**
     * @param position where the first batch begins
     * @param limit where the last one ends
     * @param expectedOffset the base offset of the first one; later ones below it are damage
     * @param contiguousFrom from this offset on no offset may be missing; below it compaction may have left gaps
     */
    public BatchScan(ByteSource source, long position, long limit, long expectedOffset, long contiguousFrom) {
        this.source = source;
        this.next = position;
        this.limit = limit;
        this.chunkAt = position;
        this.expectedOffset = expectedOffset;
        this.contiguousFrom = contiguousFrom;
    }

    /** Moves to the next batch; false at the limit and at the first bad batch. */
    public boolean next() throws IOException {
        if (defect != null) return false;
        position = next;
        if (position >= limit) return false;
        int header = (int) Math.min(RecordBatch.HEADER_BYTES, limit - position);
        if (!load(header)) return false;
        if (header < RecordBatch.HEADER_BYTES) return fail("The file breaks off within a batch's header.");
        int size = batch.sizeInBytes();
        if (size < RecordBatch.HEADER_BYTES || size > MAX_BATCH_BYTES || size > limit - position) {
            return fail("A batch says that it has " + size + " bytes, and " + (limit - position) + " are there.");
        }
        if (!load(size)) return false;
        String wrong = batch.defect();
        if (wrong != null) return fail(wrong);
        long base = batch.baseOffset();
        if (base < expectedOffset || base > expectedOffset && expectedOffset >= contiguousFrom) {
            return fail("A batch has the base offset " + base + " where " + expectedOffset + " should be.");
        }
        expectedOffset = batch.nextOffset();
        next = position + size;
        return true;
    }

    /** The batch that {@link #next} moved to, in a buffer that is used again. */
    public RecordBatch batch() {
        return batch;
    }

    /** The bytes of that batch, in the same buffer. */
    public ByteBuffer bytes() {
        int from = (int) (position - chunkAt);
        return chunk.duplicate().limit(from + batch.sizeInBytes()).position(from);
    }

    /** Where that batch begins; after {@link #next} returned false, if the good batches end. */
    public long position() {
        return position;
    }

    /** The offset after the last good batch. */
    public long expectedOffset() {
        return expectedOffset;
    }

    /** What is wrong at {@link #position}, as a sentence, or null if nothing is. */
    public String defect() {
        return defect;
    }

    /**
     * Loads this many bytes of the current batch into the chunk, unless they are there, and points the view at them.
     */
    private boolean load(int bytes) throws IOException {
        long from = position - chunkAt;
        if (from + bytes > chunk.limit()) {
            int wanted = (int) Math.min(limit - position, Math.max(bytes, CHUNK_BYTES));
            if (chunk.capacity() < wanted) chunk = ByteBuffer.allocate(wanted);
            chunk.clear().limit(wanted);
            int read = source.read(chunk, position);
            chunkAt = position;
            from = 0;
            chunk.position(0).limit(read);
            if (read < bytes) return fail("The file is shorter than it was.");
        }
        batch.wrap(chunk, (int) from);
        return true;
    }

    private boolean fail(String what) {
        defect = what;
        return false;
    }
}
