package io.letterbox.sse;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The chunks that were encoded last, by feed and first position: subscribers that fell behind at the same moment stand
 * at the same position and get the same bytes. Bounded by bytes, least recently used out first. Owned by one event
 * loop.
 */
final class ChunkCache {
    private record Key(TopicFeed feed, Position from) {}

    private final Map<Key, SseChunk> chunks = new LinkedHashMap<>(64, 0.75f, true);
    private final long maxBytes;
    private long bytes;

    ChunkCache(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** The chunk that begins at a position, or null. The cache owns it: use it at once, do not keep it. */
    SseChunk get(TopicFeed feed, Position from) {
        return chunks.get(new Key(feed, from));
    }

    /** Takes over a chunk from its creator. It stays valid at least until the next call of {@code put}. */
    void put(TopicFeed feed, Position from, SseChunk chunk) {
        SseChunk former = chunks.put(new Key(feed, from), chunk);
        bytes += chunk.bodyBytes();
        if (former != null) drop(former);
        Iterator<SseChunk> eldest = chunks.values().iterator();
        while (bytes > maxBytes && chunks.size() > 1) {
            drop(eldest.next());
            eldest.remove();
        }
    }

    /** Drops a feed's chunks. */
    void forget(TopicFeed feed) {
        Iterator<Map.Entry<Key, SseChunk>> entries = chunks.entrySet().iterator();
        while (entries.hasNext()) {
            Map.Entry<Key, SseChunk> entry = entries.next();
            if (entry.getKey().feed == feed) {
                drop(entry.getValue());
                entries.remove();
            }
        }
    }

    /** Drops all chunks. */
    void clear() {
        chunks.values().forEach(this::drop);
        chunks.clear();
    }

    private void drop(SseChunk chunk) {
        bytes -= chunk.bodyBytes();
        chunk.release();
    }
}
