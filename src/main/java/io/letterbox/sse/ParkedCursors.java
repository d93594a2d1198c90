package io.letterbox.sse;

import io.letterbox.bus.Slice;
import io.letterbox.record.RecordCursor;
import io.letterbox.record.TopicPartition;
import java.util.ArrayDeque;
import java.util.Iterator;

/**
 * Cursors that a full chunk stopped within a compressed batch, or one of many records: whoever goes on from there goes on
 * with them, because beginning again would decompress or pass over all that lies before, for every chunk anew. Bounded by
 * number, oldest out first. Owned by one event loop.
 */
final class ParkedCursors {
    /**
     * A cursor, and what it walks.
     *
     * @param next the offset from which it goes on
     */
    record Parked(TopicPartition partition, long next, Slice slice, RecordCursor cursor) {}

    private final ArrayDeque<Parked> parked = new ArrayDeque<>();

    /** Hands out the cursor that goes on from an offset, or null; the caller closes it or parks it again. */
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

    /** Closes all. */
    void clear() {
        parked.forEach(each -> each.cursor.close());
        parked.clear();
    }
}
