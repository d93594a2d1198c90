package io.letterbox.storage;

import io.letterbox.storage.CachedTail.CachedBatch;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * Keeps the {@link CachedTail}s of one shard within a limit of bytes: the oldest batch of the whole shard goes first.
 * Owned by the shard's thread.
 */
final class TailCache {
    /** What a cached batch costs beyond its bytes: map node, boxed offset, records and buffer, roughly. */
    private static final int OVERHEAD_BYTES = 160;

    private final long limitBytes;
    private final ArrayDeque<Place> oldestFirst = new ArrayDeque<>();
    private long usedBytes;

    private record Place(CachedTail tail, long baseOffset, int bytes) {}

    TailCache(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    /** Adds a batch that has just been appended; it must not change any more. */
    void add(CachedTail tail, long baseOffset, long nextOffset, ByteBuffer batch) {
        int bytes = batch.remaining() + OVERHEAD_BYTES;
        if (bytes > limitBytes) return;
        tail.put(baseOffset, new CachedBatch(batch, nextOffset));
        oldestFirst.add(new Place(tail, baseOffset, bytes));
        usedBytes += bytes;
        while (usedBytes > limitBytes) {
            Place oldest = oldestFirst.remove();
            oldest.tail().remove(oldest.baseOffset());
            usedBytes -= oldest.bytes();
        }
    }

    long usedBytes() {
        return usedBytes;
    }
}
