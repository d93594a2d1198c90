package io.letterbox.log;

import io.letterbox.disk.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The time index of a segment: the greatest timestamp up to some of its offsets. Sparse, and sorted by both.
 *
 * <pre>
 *  0                                       8                   12
 *  ┌───────────────────────────────────────┬────────────────────┐  no record up to the offset is newer than the
 *  │ timestamp (int64, ms since 1970)      │ offset (int32)     │  timestamp. Offset: of the last record of the batch
 *  └───────────────────────────────────────┴────────────────────┘  that brought it, minus the segment's base offset.
 * </pre>
 *
 * Kafka's layout, big-endian. Ownership, visibility and rebuilding are as in {@link OffsetIndex}.
 */
public final class TimeIndex {
    public static final int ENTRY_BYTES = 12;

    private static final int BLOCK_ENTRIES = 341;

    private volatile long[] timestamps = new long[16];
    private volatile int[] offsets = new int[16];
    private volatile int count;

    /** Owner only: adds an entry if the timestamp is greater than the last one. */
    void add(long timestampMs, int relativeOffset) {
        int size = count;
        if (size > 0 && timestampMs <= timestamps[size - 1]) return;
        if (size == timestamps.length) {
            offsets = Arrays.copyOf(offsets, 2 * size);
            timestamps = Arrays.copyOf(timestamps, 2 * size);
        }
        timestamps[size] = timestampMs;
        offsets[size] = relativeOffset;
        count = size + 1;
    }

    int count() {
        return count;
    }

    long timestamp(int index) {
        return timestamps[index];
    }

    int relativeOffset(int index) {
        return offsets[index];
    }

    /** The last entry whose offset is below another, -1 if there is none. */
    int lastBelow(long relativeOffset) {
        int high = count;
        int[] visible = offsets;
        int low = 0;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (visible[middle] < relativeOffset) low = middle + 1;
            else high = middle;
        }
        return low - 1;
    }

    /** The greatest relative offset up to which every record is known to be older than a time; -1 if there is none. */
    int olderUpTo(long timestampMs) {
        int high = count;
        int low = 0;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (timestamps[middle] < timestampMs) low = middle + 1;
            else high = middle;
        }
        return low == 0 ? -1 : offsets[low - 1];
    }

    /** Like {@link #olderUpTo(long)} in the file of a closed segment. */
    static int olderUpTo(LogFile file, long timestampMs) throws IOException {
        int low = 0;
        int high = (int) (file.size() / ENTRY_BYTES);
        ByteBuffer block = ByteBuffer.allocate(BLOCK_ENTRIES * ENTRY_BYTES);
        while (high - low > BLOCK_ENTRIES) {
            int middle = (low + high) >>> 1;
            file.read(block.clear().limit(ENTRY_BYTES), (long) middle * ENTRY_BYTES);
            if (block.getLong(0) < timestampMs) low = middle;
            else high = middle;
        }
        int read = file.read(block.clear().limit((high - low) * ENTRY_BYTES), (long) low * ENTRY_BYTES);
        int best = -1;
        for (int at = 0; at + ENTRY_BYTES <= read && block.getLong(at) < timestampMs; at += ENTRY_BYTES) {
            best = block.getInt(at + 8);
        }
        return best;
    }

    /** The timestamp of the last entry in the file of a closed segment, which is its greatest; -1 if it is empty. */
    static long greatest(LogFile file) throws IOException {
        long entries = file.size() / ENTRY_BYTES;
        if (entries == 0) return -1;
        ByteBuffer entry = ByteBuffer.allocate(ENTRY_BYTES);
        file.read(entry, (entries - 1) * ENTRY_BYTES);
        return entry.getLong(0);
    }

    /** The entries from one on, as they lie on disk. */
    public ByteBuffer encode(int fromIndex) {
        ByteBuffer bytes = ByteBuffer.allocate((count - fromIndex) * ENTRY_BYTES);
        for (int index = fromIndex; index < count; index++)
            bytes.putLong(timestamps[index]).putInt(offsets[index]);
        return bytes.flip();
    }

    /** Decodes an index file up to the first entry whose numbers do not grow. */
    static TimeIndex decode(ByteBuffer bytes) {
        TimeIndex index = new TimeIndex();
        while (bytes.remaining() >= ENTRY_BYTES) {
            long timestampMs = bytes.getLong();
            int relativeOffset = bytes.getInt();
            int last = index.count - 1;
            boolean grows = last < 0 || timestampMs > index.timestamps[last] && relativeOffset > index.offsets[last];
            if (timestampMs < 0 || relativeOffset < 0 || !grows) break;
            index.add(timestampMs, relativeOffset);
        }
        return index;
    }

    /** Owner only, before the index is published: drops the entries beyond an offset. */
    void cutBeyond(int relativeOffset) {
        int size = count;
        while (size > 0 && offsets[size - 1] > relativeOffset) size--;
        count = size;
    }
}
