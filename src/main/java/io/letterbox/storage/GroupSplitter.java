package io.letterbox.storage;

import io.letterbox.log.wal.WalEntry;
import io.letterbox.record.RecordBatch;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Makes several groups of one that is too large. Batches stay whole, and in their order. */
final class GroupSplitter {
    private final long timeMs;
    private final int maxBytes;
    private final List<JournalEntry> pieces = new ArrayList<>();

    /** Of the piece that is being filled. */
    private List<WalEntry> parts = new ArrayList<>();

    private long sizeBytes;

    /** @param maxBytes of all parts of a group */
    GroupSplitter(long timeMs, int maxBytes) {
        this.timeMs = timeMs;
        this.maxBytes = maxBytes;
    }

    /** @param headerBytes what it takes beside the batches */
    void add(WalEntry part, int headerBytes) {
        List<ByteBuffer> batches = new ArrayList<>();
        long baseOffset = part.baseOffset();
        int batchBytes = 0;
        for (ByteBuffer batch : part.batches()) {
            int more = batch.remaining();
            if (headerBytes + more > maxBytes) throw new IllegalArgumentException("a batch of " + more + " bytes");
            if (sizeBytes + headerBytes + batchBytes + more > maxBytes) {
                long next = RecordBatch.of(batch).baseOffset();
                if (batchBytes > 0) take(part, baseOffset, next, batches, batchBytes);
                finish();
                batches = new ArrayList<>();
                baseOffset = next;
                batchBytes = 0;
            }
            batches.add(batch);
            batchBytes += more;
        }
        take(part, baseOffset, part.nextOffset(), batches, batchBytes);
        sizeBytes += headerBytes + batchBytes;
    }

    private void take(WalEntry part, long baseOffset, long nextOffset, List<ByteBuffer> batches, int bytes) {
        parts.add(new WalEntry(part.partition(), part.topicId(), baseOffset, nextOffset, batches, bytes));
    }

    private void finish() {
        if (!parts.isEmpty()) pieces.add(new JournalEntry.Group(timeMs, parts));
        parts = new ArrayList<>();
        sizeBytes = 0;
    }

    List<JournalEntry> pieces() {
        finish();
        return pieces;
    }
}
