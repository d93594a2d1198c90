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
 * The aborted transactions of one segment: in memory while the segment is active, otherwise looked up in their file.
 * Written by the log's owner; read from any thread.
 */
final class TransactionIndexFile {
    /** The owner has not said what the file has to hold: it is as it should be, and only read. */
    private static final int NOT_WRITTEN_HERE = -1;

    /** Of all closed segments in which nothing was aborted, as most are. */
    private static final TransactionIndex NONE = new TransactionIndex();

    private static final AtomicReferenceFieldUpdater<TransactionIndexFile, TransactionIndex> INDEX =
            AtomicReferenceFieldUpdater.newUpdater(TransactionIndexFile.class, TransactionIndex.class, "index");

    private final Disk disk;
    private final SegmentFile batches;
    private final long baseOffset;

    // Written by the owner, and by readers who find that there is no file. Null: it is to be looked for.
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
     * Owner only: takes what the file says about markers below an offset; those at or beyond it are about to be found
     * in the log again.
     */
    void resume(long fromOffset) throws IOException {
        index = TransactionIndex.decode(file().content(), baseOffset, fromOffset);
        entriesOnDisk = index.count();
        settled = false;
    }

    /** Owner only: notes a transaction whose marker was appended to the segment. */
    void add(AbortedTxn aborted) {
        index.add(aborted);
    }

    /** Owner only: makes all of them durable, where that is news. */
    void force() throws IOException {
        if (entriesOnDisk == NOT_WRITTEN_HERE || settled && entriesOnDisk == index.count()) return;
        int count = index.count();
        file().extendDurably((long) entriesOnDisk * TransactionIndex.ENTRY_BYTES, index.encode(entriesOnDisk));
        if (entriesOnDisk == 0 && count > 0) disk.forceDirectory(directory());
        entriesOnDisk = count;
        settled = true;
    }

    /** What is in memory, or null if the file has to be read. Any thread. */
    TransactionIndex inMemory() {
        return index;
    }

    /** How many there are in memory. Any thread. */
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
     * As {@link TransactionIndex#collect}. Any thread; may read the file.
     *
     * @param nextOffset of the segment
     * @throws NoSuchFileException where the segment is gone
     * @throws CorruptLogException where the file holds something else
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
            // Nothing was aborted, or the segment is gone.
        }
        // Asked after reading: then what was read is what there was while the segment was there.
        if (batches.isGone()) throw new NoSuchFileException(file.path().toString());
        // Unless the owner has begun to write it meanwhile.
        if (!any) INDEX.compareAndSet(this, null, NONE);
        return last;
    }

    /** Owner only, of a closed segment, all of it forced: from here on it is looked up on disk. */
    void drop() {
        entriesOnDisk = NOT_WRITTEN_HERE;
        index = index.count() == 0 ? NONE : null;
    }

    /** Owner only; not durable before the directory is forced. */
    void delete() throws IOException {
        file().delete();
    }
}
