package io.letterbox.log;

import io.letterbox.disk.Disk;
import io.letterbox.disk.LogFile;
import io.letterbox.disk.SegmentFile;
import io.letterbox.log.producers.AbortedTxn;
import io.letterbox.record.AbortedTransaction;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;

/**
 * The transaction index of one segment: in memory while the segment is active, otherwise looked up in its file. Written
 * by the log's owner; read from any thread.
 */
final class TransactionIndexFile {
    /** The value for a closed segment, whose file is complete and is only read. */
    private static final int NOT_WRITTEN_HERE = -1;

    /** The shared empty index of closed segments without aborted transactions, as most are. */
    private static final TransactionIndex NONE = new TransactionIndex();

    private static final AtomicReferenceFieldUpdater<TransactionIndexFile, TransactionIndex> INDEX =
            AtomicReferenceFieldUpdater.newUpdater(TransactionIndexFile.class, TransactionIndex.class, "index");

    private final Disk disk;
    private final SegmentFile batches;
    private final long baseOffset;

    // Written by the owner, and by readers that find that there is no file. Null if the file has to be read.
    private volatile TransactionIndex index;

    // Owner only.
    private int entriesOnDisk = NOT_WRITTEN_HERE;
    private boolean settled;

    TransactionIndexFile(Disk disk, SegmentFile batches, long baseOffset) {
        this.disk = disk;
        this.batches = batches;
        this.baseOffset = baseOffset;
    }

    private IndexFile file() {
        return new IndexFile(disk, SegmentFiles.abortedIndex(directory(), baseOffset));
    }

    private Path directory() {
        return batches.path().getParent();
    }

    /** Owner only: a new segment, in which no transaction was aborted. */
    void begin() {
        index = new TransactionIndex();
        entriesOnDisk = 0;
    }

    /**
     * Owner only: loads the entries whose markers are below an offset; the caller adds those at or beyond it from the
     * log.
     */
    void resume(long fromOffset) throws IOException {
        index = TransactionIndex.decode(file().content(), baseOffset, fromOffset);
        entriesOnDisk = index.count();
        settled = false;
    }

    /** Owner only: adds a transaction whose marker was appended to the segment. */
    void add(AbortedTxn aborted) {
        index.add(aborted);
    }

    /** Owner only: writes and forces the entries that are not on disk yet. */
    void force() throws IOException {
        if (entriesOnDisk == NOT_WRITTEN_HERE || settled && entriesOnDisk == index.count()) return;
        int count = index.count();
        file().extendDurably((long) entriesOnDisk * TransactionIndex.ENTRY_BYTES, index.encode(entriesOnDisk));
        if (entriesOnDisk == 0 && count > 0) disk.forceDirectory(directory());
        entriesOnDisk = count;
        settled = true;
    }

    /** The index in memory, or null if the file has to be read. Any thread. */
    TransactionIndex inMemory() {
        return index;
    }

    /** The number of entries in memory. Any thread. */
    int countInMemory() {
        TransactionIndex known = index;
        return known == null ? 0 : known.count();
    }

    /** Whether no transaction was aborted in the segment. Any thread. */
    boolean isEmpty() throws IOException {
        TransactionIndex known = index;
        if (known != null) return known.count() == 0;
        Path path = file().path();
        return !disk.exists(path) || disk.size(path) == 0;
    }

    /**
     * Like {@link TransactionIndex#collect}; reads the file if the index is not in memory. Any thread.
     *
     * @param nextOffset the segment's next offset
     * @throws NoSuchFileException if the segment is gone
     * @throws CorruptLogException if the file holds something else
     */
    boolean collect(long fromOffset, long upToOffset, long nextOffset, List<AbortedTransaction> into)
            throws IOException {
        TransactionIndex known = index;
        if (known != null) return known.collect(fromOffset, upToOffset, into);
        IndexFile file = file();
        boolean any = false;
        boolean last = false;
        try (LogFile open = file.open()) {
            any = open.size() > 0;
            if (any) {
                TransactionIndexReader reader = new TransactionIndexReader(open, file.path(), baseOffset, nextOffset);
                last = reader.collect(fromOffset, upToOffset, into);
            }
        } catch (NoSuchFileException absent) {
            // No transaction was aborted, or the segment is gone.
        }
        // Checked after reading: if the segment is not gone now, the file was complete while it was read.
        if (batches.isGone()) throw new NoSuchFileException(file.path().toString());
        // Not set if the owner has begun to write the index in the meantime.
        if (!any) INDEX.compareAndSet(this, null, NONE);
        return last;
    }

    /** Owner only, for a closed and forced segment: drops the index from memory; lookups use the file from then on. */
    void drop() {
        entriesOnDisk = NOT_WRITTEN_HERE;
        index = index.count() == 0 ? NONE : null;
    }

    /** Owner only; not durable before the directory is forced. */
    void delete() throws IOException {
        file().delete();
    }
}
