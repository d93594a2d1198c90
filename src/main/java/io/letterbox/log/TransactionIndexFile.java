package io.letterbox.log;

import io.letterbox.disk.Disk;
import io.letterbox.disk.SegmentFile;
import io.letterbox.log.producers.AbortedTxn;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * The aborted transactions of one segment: in memory while the segment is active, otherwise on disk until somebody asks.
 * Written by the log's owner; read from any thread.
 */
final class TransactionIndexFile {
    /** The owner has not said what the file has to hold: it is as it should be, and only read. */
    private static final int NOT_WRITTEN_HERE = -1;

    private final Disk disk;
    private final SegmentFile batches;
    private final long baseOffset;

    // Written by the owner, and by readers who load a closed segment's; two that do so at once make the same.
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
     * Owner only: takes what the file says about markers below an offset; those at or beyond it are about to be found in
     * the log again.
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

    /** What is in memory, or null where it has to be loaded. Any thread. */
    TransactionIndex inMemory() {
        return index;
    }

    /**
     * Any thread; may read the file.
     *
     * @param nextOffset of the segment
     * @throws NoSuchFileException where the segment is gone
     * @throws CorruptLogException where the file holds something else
     */
    TransactionIndex load(long nextOffset) throws IOException {
        TransactionIndex known = index;
        if (known != null) return known;
        IndexFile file = file();
        ByteBuffer bytes = file.content();
        // Asked after reading: then what was read is what there was while the segment was there.
        if (batches.isGone()) throw new NoSuchFileException(file.path().toString());
        TransactionIndex loaded = TransactionIndex.decode(bytes, baseOffset, nextOffset);
        if (bytes.hasRemaining()) {
            throw new CorruptLogException(
                    file.path(),
                    bytes.position(),
                    "this is not an aborted transaction of this segment. Where the file and the partition's .snapshot"
                            + " files are deleted while the server is stopped, they are made anew.");
        }
        index = loaded;
        return loaded;
    }

    /** Owner only, of a closed segment that is not written any more: the next reader loads it again. */
    void unload() {
        TransactionIndex known = index;
        if (known == null || known.count() == 0 || entriesOnDisk >= 0 && entriesOnDisk != known.count()) return;
        entriesOnDisk = NOT_WRITTEN_HERE;
        index = null;
    }

    /** Owner only; not durable before the directory is forced. */
    void delete() throws IOException {
        file().delete();
    }
}
