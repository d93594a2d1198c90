package io.letterbox.storage;

import io.letterbox.log.LogRead;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * The newest record batches of one partition, in memory, so that readers at the tail need neither the disk nor the
 * shard. Written by the shard only (through {@link TailCache}, which keeps the sum within its limit); read from any
 * thread. Cached batches are immutable.
 */
final class CachedTail {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    /** Any thread reads, the shard writes. The key is the batch's base offset; neighbours are contiguous. */
    private final ConcurrentSkipListMap<Long, CachedBatch> batches = new ConcurrentSkipListMap<>();

    /** One batch: the bytes between position and limit, and the offset after its last record. */
    record CachedBatch(ByteBuffer bytes, long nextOffset) {}

    void put(long baseOffset, CachedBatch batch) {
        batches.put(baseOffset, batch);
    }

    void remove(long baseOffset) {
        batches.remove(baseOffset);
    }

    void clear() {
        batches.clear();
    }

    /** Removes the batches that end at or below an offset, because compaction has replaced them in the log. */
    void clearBelow(long offset) {
        batches.headMap(offset).values().removeIf(batch -> batch.nextOffset() <= offset);
    }

    /** Removes the batches that begin at or above an offset, because the log was truncated there. */
    void clearFrom(long offset) {
        batches.tailMap(offset).clear();
    }

    /**
     * Whole batches from the one that holds {@code offset} up to {@code upToOffset}.
     *
     * @param upToOffset at most the high watermark
     * @return null if the cache does not hold the offset
     */
    LogRead read(long offset, int maxBytes, long upToOffset) {
        if (offset >= upToOffset) return new LogRead(NOTHING, offset);
        Map.Entry<Long, CachedBatch> entry = batches.floorEntry(offset);
        if (entry == null || entry.getValue().nextOffset() <= offset) return null;
        CachedBatch first = entry.getValue();
        if (first.nextOffset() > upToOffset) return null;
        List<CachedBatch> run = new ArrayList<>();
        int bytes = 0;
        for (CachedBatch next = first;
                next != null
                        && next.nextOffset() <= upToOffset
                        && (run.isEmpty() || bytes + next.bytes().remaining() <= maxBytes);
                next = batches.get(next.nextOffset())) {
            run.add(next);
            bytes += next.bytes().remaining();
        }
        long nextOffset = run.get(run.size() - 1).nextOffset();
        return new LogRead(run.size() == 1 ? first.bytes().duplicate() : gather(run, bytes), nextOffset);
    }

    /**
     * The size of the batches from the one that holds an offset, up to another offset and counted up to a limit.
     *
     * @return -1 if the cache does not hold the offset
     */
    int bytes(long offset, long upToOffset, int limitBytes) {
        if (offset >= upToOffset) return 0;
        Map.Entry<Long, CachedBatch> entry = batches.floorEntry(offset);
        if (entry == null || entry.getValue().nextOffset() <= offset) return -1;
        long bytes = 0;
        for (CachedBatch next = entry.getValue();
                next != null && next.nextOffset() <= upToOffset && bytes < limitBytes;
                next = batches.get(next.nextOffset())) {
            bytes += next.bytes().remaining();
        }
        return (int) Math.min(Integer.MAX_VALUE, bytes);
    }

    private static ByteBuffer gather(List<CachedBatch> run, int bytes) {
        ByteBuffer all = ByteBuffer.allocate(bytes);
        for (CachedBatch batch : run) all.put(batch.bytes().duplicate());
        return all.flip();
    }
}
