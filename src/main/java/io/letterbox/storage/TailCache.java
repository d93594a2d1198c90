package io.letterbox.storage;

import io.letterbox.storage.CachedTail.CachedBatch;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * Keeps the {@link CachedTail}s of one shard within a limit of bytes: the oldest batch of the whole shard goes first.
 * Owned by the shard's thread.
 */
final class TailCache {
    /** The memory of a cached batch beyond its bytes, roughly: map node, boxed offset, record objects and buffer. */
    private static final int OVERHEAD_BYTES = 160;

    /** Up to this many unused bytes in a batch's buffer are cheaper to keep than a copy of the batch is. */
    private static final int SLACK_BYTES = 64;

    /**
     * The largest batch out of a Kafka request that is cached, as a copy. Producers of larger ones would fill the cache
     * many times a second, so that the garbage collector would move every published byte; their readers are served from
     * the page cache.
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
            // If the log was truncated, another batch may have this offset by now. It is evicted early, which costs a
            // read.
            oldest.tail().remove(oldest.baseOffset());
            usedBytes -= oldest.bytes();
        }
    }

    /**
     * True for a batch that is a slice of a request's bytes; a batch that the server built begins at the start of its
     * array.
     */
    private static boolean isPart(ByteBuffer batch) {
        return batch.arrayOffset() + batch.position() > 0;
    }

    /**
     * Copies a batch whose array holds much else: the array, with the rest of a request in it, would be kept with the
     * batch.
     */
    private static ByteBuffer trimmed(ByteBuffer batch) {
        if (batch.array().length - batch.remaining() <= SLACK_BYTES) return batch;
        ByteBuffer exact = ByteBuffer.allocate(batch.remaining());
        return exact.put(batch.duplicate()).flip();
    }

    long usedBytes() {
        return usedBytes;
    }
}
