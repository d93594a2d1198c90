package io.letterbox.log;

import io.letterbox.disk.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The offset index of a segment: the file positions of some of its batches. Sparse and sorted, with one entry every few
 * kilobytes.
 *
 * <pre>
 *  0                             4                    8
 *  ┌─────────────────────────────┬────────────────────┐   offset: of the batch's last record, minus the segment's
 *  │ offset (int32)              │ position (int32)   │   base offset; position: of the batch's first byte.
 *  └─────────────────────────────┴────────────────────┘   Kafka's layout, big-endian.
 * </pre>
 *
 * There is no checksum: a reader compares an entry with the batch that it points to, and rebuilds the index if they
 * disagree. Grown by the segment's owner; looked up from any thread, because entries are written before the count that
 * makes them visible. A closed segment's index stays on disk and is searched there.
 */
public final class OffsetIndex {
    public static final int ENTRY_BYTES = 8;

    /** The result of {@link #lookup} if no entry is low enough. */
    static final long NONE = -1;

    private static final int BLOCK_ENTRIES = 512;

    /** Volatile as well, so that a reader that sees a grown array sees its content. */
    private volatile long[] entries = new long[16];

    private volatile int count;

    /** Owner only: adds an entry; both numbers only ever grow. */
    void add(int relativeOffset, int position) {
        int size = count;
        long[] room = entries;
        if (size == room.length) entries = room = Arrays.copyOf(room, 2 * size);
        room[size] = entry(relativeOffset, position);
        count = size + 1;
    }

    int count() {
        return count;
    }

    long entry(int index) {
        return entries[index];
    }

    /** The last entry that is at or below an offset and at or below a position, or {@link #NONE}. */
    long lookup(int relativeOffset, int position) {
        int high = count;
        long[] visible = entries;
        int low = 0;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (isWithin(visible[middle], relativeOffset, position)) low = middle + 1;
            else high = middle;
        }
        return low == 0 ? NONE : visible[low - 1];
    }

    /** Like {@link #lookup} in the file of a closed segment; reads a few blocks of it. */
    static long lookup(LogFile file, int relativeOffset, int position) throws IOException {
        int low = 0;
        int high = (int) (file.size() / ENTRY_BYTES);
        ByteBuffer block = ByteBuffer.allocate(BLOCK_ENTRIES * ENTRY_BYTES);
        while (high - low > BLOCK_ENTRIES) {
            int middle = (low + high) >>> 1;
            file.read(block.clear().limit(ENTRY_BYTES), (long) middle * ENTRY_BYTES);
            if (isWithin(block.getLong(0), relativeOffset, position)) low = middle;
            else high = middle;
        }
        int read = file.read(block.clear().limit((high - low) * ENTRY_BYTES), (long) low * ENTRY_BYTES);
        long best = NONE;
        for (int at = 0; at + ENTRY_BYTES <= read; at += ENTRY_BYTES) {
            if (!isWithin(block.getLong(at), relativeOffset, position)) break;
            best = block.getLong(at);
        }
        return best;
    }

    private static boolean isWithin(long entry, int relativeOffset, int position) {
        return relativeOffset(entry) <= relativeOffset && position(entry) <= position;
    }

    /** The entries from one on, as they lie on disk. */
    public ByteBuffer encode(int fromIndex) {
        ByteBuffer bytes = ByteBuffer.allocate((count - fromIndex) * ENTRY_BYTES);
        for (int index = fromIndex; index < count; index++) bytes.putLong(entries[index]);
        return bytes.flip();
    }

    /**
     * Decodes an index file up to the first entry whose numbers do not grow, or whose position is outside the segment:
     * after a loss of power the rest may be zeros or garbage.
     */
    static OffsetIndex decode(ByteBuffer bytes, long segmentBytes) {
        OffsetIndex index = new OffsetIndex();
        long before = NONE;
        while (bytes.remaining() >= ENTRY_BYTES) {
            long entry = bytes.getLong();
            boolean grows = before == NONE || entry >>> 32 > before >>> 32 && position(entry) > position(before);
            // No entry points at the first batch, so zeros are never taken for an entry.
            if (entry < 0 || !grows || position(entry) <= 0 || position(entry) >= segmentBytes) break;
            index.add(relativeOffset(entry), position(entry));
            before = entry;
        }
        return index;
    }

    /** Owner only, before the index is published: drops all but the first entries. */
    void cut(int toCount) {
        count = Math.min(count, toCount);
    }

    public static int relativeOffset(long entry) {
        return (int) (entry >>> 32);
    }

    public static int position(long entry) {
        return (int) entry;
    }

    private static long entry(int relativeOffset, int position) {
        return (long) relativeOffset << 32 | position & 0xffff_ffffL;
    }
}
