package io.letterbox.sse;

import io.letterbox.bus.Isolation;
import io.letterbox.bus.LogReader;
import io.letterbox.bus.Slice;
import io.letterbox.error.ApiException;
import io.letterbox.http.JsonBytes;
import io.letterbox.record.RecordCursor;
import io.letterbox.record.TopicPartition;
import io.letterbox.sse.ParkedCursors.Parked;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Makes chunks: encodes records from a position towards a limit, out of what lies in memory. The partition that is
 * furthest behind comes first, so that a busy partition starves no other one. If that partition is not in memory, there
 * is no chunk, and the caller has to read {@link #coldIndex} first. Owned by one event loop.
 */
final class ChunkReader {
    /** A scratch array of more chunks than this, grown for one giant record, is not kept. */
    private static final int SCRATCH_CHUNKS = 4;

    private final LogReader reader;
    private final WarmSlices warm;
    private final ParkedCursors parked;
    private final int chunkBytes;
    private JsonBytes scratch;

    // The state of one call of read.
    private PartitionLayout layout;
    private byte[] key;
    private SseEncoder encoder;
    private long[] next;
    private int[] recordsByTopic;

    /**
     * Null if the feed is not of a group: only acknowledgements need more than the position, which may lie behind
     * records that the subscriber does not see.
     */
    private long[] behindLast;

    private int scannedBytes;
    private int scannedRecords;
    private int coldIndex;
    private int unreadableIndex;

    ChunkReader(LogReader reader, WarmSlices warm, ParkedCursors parked, int chunkBytes) {
        this.reader = reader;
        this.warm = warm;
        this.parked = parked;
        this.chunkBytes = chunkBytes;
        this.scratch = new JsonBytes(chunkBytes + chunkBytes / 4);
    }

    /**
     * Reads records and encodes them.
     *
     * @param limit where to stop, per partition
     * @return a chunk; without a body if no record passed the filter, and at the same position if nothing is left to
     *     read; null if {@link #coldIndex} has to be read first
     *
     * @throws ApiException if the record at {@link #unreadableIndex} cannot be read
     */
    SseChunk read(TopicFeed feed, Position from, long[] limit) {
        begin(feed, from);
        int size = layout.size();
        int first = furthestBehind(limit);
        for (int k = 0; k < size && !full(); k++) {
            int index = first + k < size ? first + k : first + k - size;
            boolean warmEnough;
            try {
                warmEnough = fill(index, limit[index]);
            } catch (ApiException unreadable) {
                unreadableIndex = index;
                // The records before the unreadable one are delivered first; the next call starts with it and fails.
                if (Arrays.equals(next, from.copy())) throw unreadable;
                break;
            }
            if (!warmEnough && k == 0 && scannedBytes == 0) {
                coldIndex = index;
                return null;
            }
        }
        SseChunk chunk = SseChunk.of(new Position(next), behindLast, recordsByTopic, scratch);
        if (scratch.array().length > SCRATCH_CHUNKS * chunkBytes) scratch = new JsonBytes(chunkBytes + chunkBytes / 4);
        return chunk;
    }

    /** The partition, as an index of the layout, that has to be read from the log before {@link #read} can go on. */
    int coldIndex() {
        return coldIndex;
    }

    /** The partition, as an index of the layout, with the record that {@link #read} could not read. */
    int unreadableIndex() {
        return unreadableIndex;
    }

    private void begin(TopicFeed feed, Position from) {
        layout = feed.layout();
        key = feed.subscription().key() == null
                ? null
                : feed.subscription().key().getBytes(StandardCharsets.UTF_8);
        next = from.copy();
        recordsByTopic = new int[layout.topicCount()];
        behindLast = layout.isShared() ? new long[layout.size()] : null;
        scannedBytes = 0;
        scannedRecords = 0;
        scratch.clear();
        encoder = new SseEncoder(scratch, layout, feed.subscription().envelope());
    }

    private int furthestBehind(long[] limit) {
        int furthest = 0;
        for (int i = 1; i < next.length; i++) {
            if (limit[i] - next[i] > limit[furthest] - next[furthest]) furthest = i;
        }
        return furthest;
    }

    private boolean full() {
        return scratch.length() >= chunkBytes
                || scannedBytes >= DeliveryLimits.SCAN_BYTES_PER_READ
                || scannedRecords >= DeliveryLimits.SCAN_RECORDS_PER_READ;
    }

    /** Encodes records of one partition; false if it stopped because the log is not in memory there. */
    private boolean fill(int index, long limit) {
        TopicPartition partition = layout.partition(index);
        while (next[index] < limit && !full()) {
            long before = next[index];
            Parked stopped = parked.take(partition, before);
            if (stopped != null) {
                encode(stopped.slice(), stopped.cursor(), index, limit);
                continue;
            }
            Slice slice = reader.readCached(partition, before, chunkBytes, Isolation.COMMITTED);
            if (slice == null) slice = warm.get(partition, before);
            if (slice == null) return false;
            if (slice.isEmpty()) {
                // Compaction has left no record between the position and the end.
                next[index] = Math.max(before, Math.min(limit, slice.lastStableOffset()));
            } else {
                scannedBytes += slice.batches().remaining();
                encode(slice, new RecordCursor(slice.batches(), before, slice.aborted()), index, limit);
            }
            if (next[index] == before) return true;
        }
        return true;
    }

    /** Encodes the records from a cursor on; closes or parks the cursor afterwards. */
    private void encode(Slice slice, RecordCursor record, int index, long limit) {
        boolean keep = false;
        try {
            while (record.next()) {
                if (record.offset() >= limit) {
                    next[index] = limit;
                    return;
                }
                next[index] = record.offset() + 1;
                if (record.isWithinCompressed()) scannedBytes += record.sizeInBytes();
                scannedRecords++;
                if (key == null || hasKey(record)) {
                    encoder.write(index, next, record);
                    recordsByTopic[layout.topicOf(index)]++;
                    if (behindLast != null) behindLast[index] = next[index];
                }
                boolean many = scannedRecords >= DeliveryLimits.SCAN_RECORDS_PER_READ;
                boolean whole = scratch.length() >= chunkBytes;
                boolean stop = whole || many || record.isWithinCompressed() && full();
                keep = stop && record.isWorthKeeping();
                if (keep || whole) return;
            }
        } finally {
            if (keep) parked.park(new Parked(layout.partition(index), next[index], slice, record));
            else record.close();
        }
        next[index] = Math.max(next[index], Math.min(limit, slice.nextOffset()));
    }

    private boolean hasKey(RecordCursor record) {
        int length = record.keyLength();
        int offset = record.keyOffset();
        return length == key.length && Arrays.equals(record.array(), offset, offset + length, key, 0, length);
    }
}
