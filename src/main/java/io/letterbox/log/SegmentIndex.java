package io.letterbox.log;

import io.letterbox.disk.Disk;
import io.letterbox.disk.ForceFailedException;
import io.letterbox.disk.LogFile;
import io.letterbox.disk.SegmentFile;
import io.letterbox.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * The indexes of one segment: by offset, by time, and of aborted transactions. While the segment grows they are in
 * memory, and their files lag behind; those of a closed segment are looked up in their files. If the offset or time
 * index file is missing or wrong, the reader that notices it rebuilds the indexes in memory from the segment's batches,
 * and the log's owner writes the files later. That costs one pass over one segment.
 *
 * <p>Written by the log's owner; read from any thread.
 */
final class SegmentIndex {
    private static final long UNKNOWN = -2;

    private final Disk disk;
    private final SegmentFile batches;
    private final long baseOffset;
    private final TransactionIndexFile aborted;

    // Written by the owner, read by any thread; null if the indexes are looked up on disk. Two readers that rebuild
    // them at the same time get equal ones.
    private volatile MemoryIndex memory;

    // Like the memory, for a closed segment.
    private volatile long maxTimestampMs = UNKNOWN;

    // Set by the owner, reset by the thread that forces the files.
    private volatile boolean written;
    private volatile boolean named;

    // Set by the owner before it drops the indexes from memory; read by any thread afterwards.
    private long batchBytes;

    // Owner only.
    private int offsetEntriesOnDisk;
    private int timeEntriesOnDisk;

    private SegmentIndex(Disk disk, SegmentFile batches, long baseOffset, MemoryIndex memory) {
        this.disk = disk;
        this.batches = batches;
        this.baseOffset = baseOffset;
        this.memory = memory;
        this.aborted = new TransactionIndexFile(disk, batches, baseOffset);
    }

    /** The indexes of a new, empty segment. */
    static SegmentIndex create(Disk disk, SegmentFile batches, long baseOffset) {
        SegmentIndex index = new SegmentIndex(disk, batches, baseOffset, new MemoryIndex(baseOffset));
        index.aborted.begin();
        return index;
    }

    /**
     * The indexes of a closed segment, on disk.
     *
     * @param batchBytes the size of all its batches
     */
    static SegmentIndex closed(Disk disk, SegmentFile batches, long baseOffset, long batchBytes) {
        SegmentIndex index = new SegmentIndex(disk, batches, baseOffset, null);
        index.batchBytes = batchBytes;
        return index;
    }

    /** The indexes of a segment in recovery, as far as they were read from their files. */
    static SegmentIndex recovering(Disk disk, SegmentFile batches, long baseOffset, MemoryIndex read) {
        SegmentIndex index = new SegmentIndex(disk, batches, baseOffset, read);
        index.offsetEntriesOnDisk = read.offsets().count();
        index.timeEntriesOnDisk = read.times().count();
        return index;
    }

    /** The indexes by offset and time, or null if they are on disk. Any thread. */
    MemoryIndex inMemory() {
        return memory;
    }

    /** The index of the aborted transactions whose markers are in the segment. */
    TransactionIndexFile aborted() {
        return aborted;
    }

    /** Owner only, for the active segment: adds the next batch. */
    void add(RecordBatch batch, long position, int indexIntervalBytes) {
        memory.add(batch, position, indexIntervalBytes);
    }

    /**
     * The last entry of the offset index that is at or below an offset and at or below a position of the file, or
     * {@link OffsetIndex#NONE}. Any thread.
     */
    long lookup(long offset, long position) throws IOException {
        int relative = (int) Math.min(Integer.MAX_VALUE, offset - baseOffset);
        int at = (int) Math.min(Integer.MAX_VALUE, position);
        MemoryIndex known = memory;
        if (known != null) return known.offsets().lookup(relative, at);
        try (LogFile file = offsetFile().open()) {
            return OffsetIndex.lookup(file, relative, at);
        } catch (NoSuchFileException absent) {
            return rebuild(absent).offsets().lookup(relative, at);
        }
    }

    /** The greatest offset up to which all records are known to be older than a time, or -1. Any thread. */
    long olderUpTo(long timestampMs) throws IOException {
        int relative = relativeOlderUpTo(timestampMs);
        return relative < 0 ? -1 : baseOffset + relative;
    }

    private int relativeOlderUpTo(long timestampMs) throws IOException {
        MemoryIndex known = memory;
        if (known != null) return known.times().olderUpTo(timestampMs);
        try (LogFile file = timeFile().open()) {
            return TimeIndex.olderUpTo(file, timestampMs);
        } catch (NoSuchFileException absent) {
            return rebuild(absent).times().olderUpTo(timestampMs);
        }
    }

    /** The newest timestamp in the segment, -1 if there is none. Any thread; may read the end of the time index. */
    long maxTimestampMs() throws IOException {
        MemoryIndex known = memory;
        if (known != null) return known.maxTimestampMs();
        if (maxTimestampMs == UNKNOWN) maxTimestampMs = readMaxTimestampMs();
        return maxTimestampMs;
    }

    private long readMaxTimestampMs() throws IOException {
        try (LogFile file = timeFile().open()) {
            return TimeIndex.greatest(file);
        } catch (NoSuchFileException absent) {
            return rebuild(absent).maxTimestampMs();
        }
    }

    /**
     * Rebuilds the indexes of a closed segment in memory, by reading all of it. Any thread.
     *
     * @param because what is wrong with the index files
     */
    MemoryIndex rebuild(IOException because) throws IOException {
        if (batches.isGone()) throw because;
        MemoryIndex fresh = new MemoryIndex(baseOffset);
        BatchScan scan = new BatchScan(batches::read, 0, batchBytes, baseOffset, Long.MAX_VALUE);
        while (scan.next()) {
            fresh.add(scan.batch(), scan.position(), LogConfig.defaults().indexIntervalBytes());
        }
        if (scan.defect() != null) throw new CorruptLogException(batches.path(), scan.position(), scan.defect());
        fresh.finish();
        memory = fresh;
        return fresh;
    }

    /** Owner only: appends the index entries that are not in the files yet. */
    void write() throws IOException {
        MemoryIndex known = memory;
        if (known == null) return;
        // The time index comes first: it may be ahead of the offset index, but if it were behind, a timestamp would be
        // lost.
        ByteBuffer times = known.times().encode(timeEntriesOnDisk);
        ByteBuffer offsets = known.offsets().encode(offsetEntriesOnDisk);
        boolean news = times.hasRemaining() || offsets.hasRemaining();
        timeFile().extend((long) timeEntriesOnDisk * TimeIndex.ENTRY_BYTES, times);
        timeEntriesOnDisk = known.times().count();
        offsetFile().extend((long) offsetEntriesOnDisk * OffsetIndex.ENTRY_BYTES, offsets);
        offsetEntriesOnDisk = known.offsets().count();
        if (!news) return;
        ensureFiles();
        // Set after writing: a thread that forces the files at the same time resets it first.
        written = true;
    }

    /** Forces the files. Called by the owner, or by the thread that runs a checkpoint's {@link Flush}. */
    void force() throws IOException {
        if (!written) return;
        written = false;
        try {
            forceFiles();
            // The names of both files are forced: one file without the other would be trusted.
            if (!named) disk.forceDirectory(directory());
            named = true;
        } catch (NoSuchFileException deleted) {
            if (batches.isGone()) return;
            written = true;
            throw deleted;
        } catch (IOException notForced) {
            // The next checkpoint retries.
            written = true;
            throw notForced;
        }
    }

    /**
     * Owner only: writes complete, durable files for a segment that is about to be closed. If that fails, the files are
     * deleted, because incomplete ones would be trusted; then the indexes stay in memory until {@link #storeRepaired},
     * and are rebuilt if they are missing after a restart. The caller forces the names.
     *
     * @param allBytes the size of all the segment's batches
     * @return whether the files are there
     */
    boolean seal(long allBytes) throws IOException {
        batchBytes = allBytes;
        memory.finish();
        try {
            write();
            // If a closed segment had no index files, it would be read as a whole to rebuild them.
            ensureFiles();
            // The segment stays active until the caller is done, so a checkpoint would force the names.
            written = true;
            forceFiles();
            return true;
        } catch (ForceFailedException fatal) {
            throw fatal;
        } catch (IOException shortage) {
            offsetEntriesOnDisk = 0;
            timeEntriesOnDisk = 0;
            // A checkpoint under way must not count the files as named: a crash may restore the deleted ones.
            named = false;
            written = true;
            offsetFile().delete();
            timeFile().delete();
            return false;
        }
    }

    /**
     * Owner only, for a closed segment: drops the indexes by offset and time from memory; lookups use the files from
     * then on.
     */
    void drop() {
        maxTimestampMs = memory.maxTimestampMs();
        memory = null;
    }

    /**
     * Owner only: writes the index files of a closed segment whose indexes are in memory, because they could not be
     * written or a reader has rebuilt them. The files get their names when they are complete, because incomplete ones
     * would be trusted.
     */
    void storeRepaired() throws IOException {
        MemoryIndex known = memory;
        IndexFile times = cleanedFile(timeFile());
        IndexFile offsets = cleanedFile(offsetFile());
        try (Disk.OpenDirectory names = disk.openDirectory(directory())) {
            times.write(known.times().encode(0));
            offsets.write(known.offsets().encode(0));
            disk.rename(times.path(), timeFile().path());
            disk.rename(offsets.path(), offsetFile().path());
            names.force();
            drop();
        } catch (ForceFailedException fatal) {
            throw fatal;
        } catch (IOException shortage) {
            times.delete();
            offsets.delete();
            throw shortage;
        }
    }

    private IndexFile cleanedFile(IndexFile file) {
        Path path = file.path();
        return new IndexFile(disk, path.resolveSibling(path.getFileName() + SegmentFiles.CLEANED));
    }

    /** Owner only: deletes all files; not durable before the directory is forced. */
    void delete() throws IOException {
        offsetFile().delete();
        timeFile().delete();
        aborted.delete();
    }

    private void ensureFiles() throws IOException {
        timeFile().ensure();
        offsetFile().ensure();
    }

    private void forceFiles() throws IOException {
        timeFile().force();
        offsetFile().force();
    }

    // Made on demand, because a log may have very many segments.

    private IndexFile offsetFile() {
        return new IndexFile(disk, SegmentFiles.offsetIndex(directory(), baseOffset));
    }

    private IndexFile timeFile() {
        return new IndexFile(disk, SegmentFiles.timeIndex(directory(), baseOffset));
    }

    private Path directory() {
        return batches.path().getParent();
    }
}
