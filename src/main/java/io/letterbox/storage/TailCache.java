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

    /** So much unused room in a batch's buffer is cheaper to keep than to copy the batch. */
    private static final int SLACK_BYTES = 64;

    /**
     * The largest part of a Kafka request that is kept, as a copy. Producers that send larger ones fill the cache many
     * times a second, so that the collector would move every published byte; their readers are served from the page
     * cache.
     */
    static final int LARGEST_PART_BYTES = 8 << 10;

    private final long limitBytes;
    private final ArrayDeque<EvictionCandidate> oldestFirst = new ArrayDeque<>();
    private long usedBytes;

    private record EvictionCandidate(CachedTail tail, long baseOffset, int bytes) {}

    TailCache(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    /** Adds a batch that has just been appended, unless it is too large; it must not change any more. */
    void add(CachedTail tail, long baseOffset, long nextOffset, ByteBuffer batch) {
        int bytes = batch.remaining() + OVERHEAD_BYTES;
        if (bytes > limitBytes || isPart(batch) && batch.remaining() > LARGEST_PART_BYTES) return;
        tail.put(baseOffset, new CachedBatch(trimmed(batch), nextOffset));
        oldestFirst.add(new EvictionCandidate(tail, baseOffset, bytes));
        usedBytes += bytes;
        while (usedBytes > limitBytes) {
            EvictionCandidate oldest = oldestFirst.remove();
            // Where the log was cut, another batch may have the offset now: it is forgotten early, which costs a read.
            oldest.tail().remove(oldest.baseOffset());
            usedBytes -= oldest.bytes();
        }
    }

    /** True for a batch that lies in the middle of a request's bytes; one that was built here begins its array. */
    private static boolean isPart(ByteBuffer batch) {
        return batch.arrayOffset() + batch.position() > 0;
    }

    /** What lies around a batch would be kept with it: the room for more records, or the rest of a request. */
    private static ByteBuffer trimmed(ByteBuffer batch) {
        if (batch.array().length - batch.remaining() <= SLACK_BYTES) return batch;
        ByteBuffer exact = ByteBuffer.allocate(batch.remaining());
        return exact.put(batch.duplicate()).flip();
    }

    long usedBytes() {
        return usedBytes;
    }
}
