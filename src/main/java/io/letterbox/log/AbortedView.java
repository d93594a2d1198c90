package io.letterbox.log;

import io.letterbox.record.AbortedTransaction;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A snapshot of a log's aborted transactions. It has to be taken <em>before</em> the records are read: compaction drops
 * an aborted transaction's records and its index entry together, so a reader that keeps this order sees both or none.
 * Any thread.
 */
public final class AbortedView {
    private static final Comparator<AbortedTransaction> BY_FIRST_OFFSET =
            Comparator.comparingLong(AbortedTransaction::firstOffset);

    private final SegmentList segments;

    AbortedView(SegmentList segments) {
        this.segments = segments;
    }

    /**
     * The transactions that have records in a range of offsets, by first offset. May read files.
     *
     * @throws java.nio.file.NoSuchFileException if a segment was deleted in the meantime: take another view, and read
     *     again
     */
    public List<AbortedTransaction> between(long fromOffset, long upToOffset) throws IOException {
        List<AbortedTransaction> found = new ArrayList<>();
        for (int index = segments.find(fromOffset); fromOffset < upToOffset && index < segments.size(); index++) {
            Segment segment = segments.get(index);
            TransactionIndexFile aborted = segment.index().aborted();
            if (aborted.collect(fromOffset, upToOffset, segment.nextOffset(), found)) break;
        }
        return sorted(found);
    }

    /** Like {@link #between}, but null if a file would have to be read. */
    public List<AbortedTransaction> inMemoryBetween(long fromOffset, long upToOffset) {
        List<AbortedTransaction> found = new ArrayList<>(0);
        for (int index = segments.find(fromOffset); fromOffset < upToOffset && index < segments.size(); index++) {
            TransactionIndex known = segments.get(index).index().aborted().inMemory();
            if (known == null) return null;
            if (known.collect(fromOffset, upToOffset, found)) break;
        }
        return sorted(found);
    }

    private static List<AbortedTransaction> sorted(List<AbortedTransaction> found) {
        if (found.isEmpty()) return List.of();
        found.sort(BY_FIRST_OFFSET);
        return found;
    }
}
