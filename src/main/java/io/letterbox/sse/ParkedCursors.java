package io.letterbox.sse;

import io.letterbox.bus.Slice;
import io.letterbox.record.RecordCursor;
import io.letterbox.record.TopicPartition;
import java.util.ArrayDeque;
import java.util.Iterator;

/**
 * Cursors that stopped, because a chunk was full, within a compressed batch or one of many records. The next chunk
 * continues with the cursor, because a new one would decompress or skip everything before that record again. Bounded by
 * number, oldest out first. Owned by one event loop.
 */
final class ParkedCursors {
    /**
     * A cursor, and the slice that it reads.
     *
     * @param next the offset of its next record
     */
    record Parked(TopicPartition partition, long next, Slice slice, RecordCursor cursor) {}

    private final ArrayDeque<Parked> parked = new ArrayDeque<>();

    /** Hands out the cursor that stopped before an offset, or null; the caller closes it or parks it again. */
    Parked take(TopicPartition partition, long offset) {
        if (parked.isEmpty()) return null;
        for (Iterator<Parked> each = parked.iterator(); each.hasNext(); ) {
            Parked candidate = each.next();
            if (candidate.next != offset || !candidate.partition.equals(partition)) continue;
            each.remove();
            return candidate;
        }
        return null;
    }

    void park(Parked stopped) {
        parked.addFirst(stopped);
        if (parked.size() > DeliveryLimits.PARKED_CURSORS)
            parked.removeLast().cursor.close();
    }

    /** Closes all cursors. */
    void clear() {
        parked.forEach(each -> each.cursor.close());
        parked.clear();
    }
}
