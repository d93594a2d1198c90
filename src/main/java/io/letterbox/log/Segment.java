package io.letterbox.log;

import io.letterbox.disk.Disk;
import io.letterbox.disk.ForceFailedException;
import io.letterbox.disk.LogFile;
import io.letterbox.disk.SegmentFile;
import io.letterbox.disk.SharedFile;
import io.letterbox.disk.TornWriteException;
import io.letterbox.record.RecordBatch;
import io.letterbox.time.Moment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * One file of record batches and its two indexes. The newest segment of a log is active: it grows, and its indexes are
 * in memory. The others are closed: nothing of them is in memory, and their files are opened when somebody reads.
 *
 * <p>Written by the log's owner; read from any thread up to the published size.
 */
public final class Segment {
    private static final long UNKNOWN = -2;
    private static final long NEVER = Long.MIN_VALUE;

    /** Both indexes of a segment, in memory. */
    record Indexes(OffsetIndex offsets, TimeIndex times) {}

    private final Disk disk;
    private final Path directory;
    private final long baseOffset;

    private final TransactionIndexFile aborted = new TransactionIndexFile(this);

    // Any thread.
    private final SegmentFile file;

    // Written by the owner, read by any thread. A closed segment whose indexes on disk are missing or wrong gets new
    // ones
    // from whoever finds that out; two that do so at once make the same.
    private volatile Indexes indexes;
    private volatile long sizeBytes;
    private volatile long nextOffset;
    private volatile long maxTimestampMs;

    // Set by the owner, taken back by whoever forces them.
    private volatile boolean indexesWritten;
    private volatile boolean indexesNamed;

    // Owner only.
    private long maxTimestampOffset;
    private int bytesSinceEntry;
    // On the monotonic clock; NEVER where the first record came before this process began, or not yet.
    private long firstAppendMs = NEVER;
    // On the wall clock, of what was there when this process began; -1 where that is not known.
    private long firstTimestampMs = -1;
    private int offsetEntriesOnDisk;
    private int timeEntriesOnDisk;
    private boolean cutBack;

    private Segment(Disk disk, Path directory, long baseOffset, Indexes indexes) {
        this.disk = disk;
        this.directory = directory;
        this.baseOffset = baseOffset;
        this.nextOffset = baseOffset;
        this.indexes = indexes;
        this.file = new SegmentFile(disk, SegmentFiles.log(directory, baseOffset));
        this.maxTimestampMs = indexes == null ? UNKNOWN : -1;
    }

    /** Makes a new, empty segment; durable once the directory is forced. */
    static Segment create(Disk disk, Path directory, long baseOffset) throws IOException {
        Segment segment = new Segment(disk, directory, baseOffset, new Indexes(new OffsetIndex(), new TimeIndex()));
        segment.file.take(disk.create(segment.logPath()));
        segment.aborted.begin();
        return segment;
    }

    /** A segment that is only to be read; nothing is opened. */
    static Segment closed(Disk disk, Path directory, long baseOffset, long nextOffset, long sizeBytes) {
        Segment segment = new Segment(disk, directory, baseOffset, null);
        segment.nextOffset = nextOffset;
        segment.sizeBytes = sizeBytes;
        return segment;
    }

    /** A closed segment whose bytes are still in a file of another name, which is opened here and renamed by the caller. */
    static Segment swappedIn(Disk disk, Path directory, Path from, long baseOffset, long nextOffset)
            throws IOException {
        Segment segment = closed(disk, directory, baseOffset, nextOffset, disk.size(from));
        segment.file.takeUnnamed(disk.open(from));
        return segment;
    }

    /** An existing segment whose end recovery is about to find; knows its indexes so far and no batch yet. */
    static Segment recovering(Disk disk, Path directory, long baseOffset, Indexes indexes) {
        Segment segment = new Segment(disk, directory, baseOffset, indexes);
        int last = indexes.times().count() - 1;
        if (last >= 0) {
            segment.maxTimestampMs = indexes.times().timestamp(last);
            segment.maxTimestampOffset = baseOffset + indexes.times().relativeOffset(last);
        }
        segment.offsetEntriesOnDisk = indexes.offsets().count();
        segment.timeEntriesOnDisk = last + 1;
        return segment;
    }

    /** The offset that the first record has, or had before compaction; the files' name. */
    public long baseOffset() {
        return baseOffset;
    }

    /** The offset after the last record; for a closed segment the base offset of the next one. */
    public long nextOffset() {
        return nextOffset;
    }

    /** The bytes of record batches that may be read. */
    public long sizeBytes() {
        return sizeBytes;
    }

    /** The path of the {@code .log} file. */
    public Path logPath() {
        return file.path();
    }

    /** The newest timestamp in the segment, -1 where there is none. Any thread; may read the end of the time index. */
    public long maxTimestampMs() throws IOException {
        if (maxTimestampMs == UNKNOWN) maxTimestampMs = SegmentIndexes.greatestTimestamp(this);
        return maxTimestampMs;
    }

    /** Reads raw bytes at a position of the log file, as {@link LogFile#read} does. Any thread. */
    public int read(ByteBuffer target, long position) throws IOException {
        SharedFile open = file.pin();
        try {
            return open.read(target, position);
        } finally {
            open.unpin();
        }
    }

    /**
     * Any thread: the file, which stays open until it is unpinned, even where the segment is closed or deleted meanwhile.
     * Fails where the segment is deleted.
     */
    SharedFile pin() throws IOException {
        return file.pin();
    }

    /** Whether the file is open. Any thread. */
    boolean isOpen() {
        return file.isOpen();
    }

    /** Owner only: writes one batch at the end. A failure leaves the file as it was, or throws {@link TornWriteException}. */
    void append(ByteBuffer bytes, RecordBatch batch, LogConfig config, long elapsedMs) throws IOException {
        long position = sizeBytes;
        int size = bytes.remaining();
        SharedFile open = file.pin();
        try {
            open.write(bytes, position);
        } catch (IOException | RuntimeException cause) {
            undo(open, position, cause);
            throw cause;
        } finally {
            open.unpin();
        }
        if (sizeBytes == 0) firstAppendMs = elapsedMs;
        account(batch, position, size, config.indexIntervalBytes());
        // The size before the offset: see SegmentRead.
        sizeBytes = position + size;
        nextOffset = batch.nextOffset();
    }

    private void undo(LogFile open, long position, Exception cause) throws TornWriteException {
        try {
            open.truncate(position);
            cutBack = true;
        } catch (IOException | RuntimeException second) {
            cause.addSuppressed(second);
            throw new TornWriteException(cause);
        }
    }

    /** Owner only: takes a batch that is in the file already into the indexes and the size. */
    void adopt(RecordBatch batch, long position, int indexIntervalBytes) {
        account(batch, position, batch.sizeInBytes(), indexIntervalBytes);
        sizeBytes = position + batch.sizeInBytes();
        nextOffset = batch.nextOffset();
        if (firstTimestampMs < 0) firstTimestampMs = batch.maxTimestamp();
    }

    private void account(RecordBatch batch, long position, int size, int indexIntervalBytes) {
        long lastOffset = batch.lastOffset();
        if (batch.maxTimestamp() > maxTimestampMs) {
            maxTimestampMs = batch.maxTimestamp();
            maxTimestampOffset = lastOffset;
        }
        if (bytesSinceEntry > indexIntervalBytes) {
            Indexes memory = indexes;
            memory.offsets().add((int) (lastOffset - baseOffset), (int) position);
            if (maxTimestampMs >= 0) memory.times().add(maxTimestampMs, (int) (maxTimestampOffset - baseOffset));
            bytesSinceEntry = 0;
        }
        bytesSinceEntry += size;
    }

    /** Owner only: how long ago the first record came; 0 where only its timestamp can tell, which nobody has looked at yet. */
    long ageMs(long elapsedMs) {
        return firstAppendMs == NEVER ? 0 : elapsedMs - firstAppendMs;
    }

    /** Owner only: how long ago the first record came; of one from before a restart, what its timestamp says once. */
    long ageMs(Moment now) {
        if (firstAppendMs == NEVER && sizeBytes > 0) {
            firstAppendMs = now.elapsedMs() - (firstTimestampMs < 0 ? 0 : now.ageOf(firstTimestampMs));
        }
        return ageMs(now.elapsedMs());
    }

    /** Owner only: makes durable that what a failed write had left behind the end is gone, before the end counts as known. */
    void forceEnd() throws IOException {
        if (cutBack) force();
        cutBack = false;
    }

    /**
     * Owner only: writes complete, durable index files for this, the active segment, which is about to be closed. Where that
     * cannot be done now there are none, since incomplete ones would be believed: then the indexes stay in memory until
     * {@link #storeRepairedIndexes}, and are made anew where they are missing. The names are the caller's to force.
     *
     * @return whether the files are there
     */
    boolean seal() throws IOException {
        forceEnd();
        finishTimes();
        try {
            writeIndexes();
            // A closed segment without them would be read as a whole to make them.
            ensureIndexFiles();
            // Until the caller is done the segment is active, and a checkpoint would force the names.
            indexesWritten = true;
            forceIndexFiles();
            return true;
        } catch (ForceFailedException fatal) {
            throw fatal;
        } catch (IOException shortage) {
            offsetEntriesOnDisk = 0;
            timeEntriesOnDisk = 0;
            // A checkpoint that is under way must not rest on what may come back with the next crash.
            indexesNamed = false;
            indexesWritten = true;
            disk.delete(offsetIndexPath());
            disk.delete(timeIndexPath());
            return false;
        }
    }

    /** Recovery only: makes this a closed segment that ends where the next one begins. */
    void close(long nextBaseOffset) throws IOException {
        if (seal()) dropIndexes();
        nextOffset = nextBaseOffset;
        close();
    }

    /** Owner only: from here on the indexes are looked up on disk. */
    void dropIndexes() {
        indexes = null;
    }

    /** Owner only: lets the time index end with the greatest timestamp of all. */
    void finishTimes() {
        if (maxTimestampMs >= 0) indexes.times().add(maxTimestampMs, (int) (maxTimestampOffset - baseOffset));
    }

    /** Owner only: appends to the index files what memory has beyond them. */
    void writeIndexes() throws IOException {
        Indexes memory = indexes;
        if (memory == null) return;
        // Times first: a time index that is ahead of the other is harmless, one that lags forgets a timestamp.
        ByteBuffer times = memory.times().encode(timeEntriesOnDisk);
        ByteBuffer offsets = memory.offsets().encode(offsetEntriesOnDisk);
        boolean news = times.hasRemaining() || offsets.hasRemaining();
        SegmentIndexes.extend(disk, timeIndexPath(), (long) timeEntriesOnDisk * TimeIndex.ENTRY_BYTES, times);
        timeEntriesOnDisk = memory.times().count();
        SegmentIndexes.extend(disk, offsetIndexPath(), (long) offsetEntriesOnDisk * OffsetIndex.ENTRY_BYTES, offsets);
        offsetEntriesOnDisk = memory.offsets().count();
        if (!news) return;
        ensureIndexFiles();
        // After the writing: who forces them beside takes this back first.
        indexesWritten = true;
    }

    /** Makes durable what was written to the index files. Owner, or the thread that runs a checkpoint's {@link Flush}. */
    void forceIndexes() throws IOException {
        if (!indexesWritten) return;
        indexesWritten = false;
        try {
            forceIndexFiles();
            // One of the two without the other would be believed.
            if (!indexesNamed) disk.forceDirectory(directory);
            indexesNamed = true;
        } catch (NoSuchFileException deleted) {
            if (file.isGone()) return;
            indexesWritten = true;
            throw deleted;
        } catch (IOException notForced) {
            // The next checkpoint has to do it.
            indexesWritten = true;
            throw notForced;
        }
    }

    private void ensureIndexFiles() throws IOException {
        SegmentIndexes.ensure(disk, timeIndexPath());
        SegmentIndexes.ensure(disk, offsetIndexPath());
    }

    private void forceIndexFiles() throws IOException {
        SegmentIndexes.force(disk, timeIndexPath());
        SegmentIndexes.force(disk, offsetIndexPath());
    }

    /**
     * Owner only: puts indexes of a closed segment where they belong that could not be written, or that a reader had to make
     * anew. They get their names when they are complete, since incomplete ones would be believed.
     */
    void storeRepairedIndexes() throws IOException {
        Indexes memory = indexes;
        Path times = inTheMaking(timeIndexPath());
        Path offsets = inTheMaking(offsetIndexPath());
        try (Disk.OpenDirectory names = disk.openDirectory(directory)) {
            SegmentIndexes.write(disk, times, memory.times().encode(0));
            SegmentIndexes.write(disk, offsets, memory.offsets().encode(0));
            disk.rename(times, timeIndexPath());
            disk.rename(offsets, offsetIndexPath());
            names.force();
            indexes = null;
        } catch (ForceFailedException fatal) {
            throw fatal;
        } catch (IOException shortage) {
            disk.delete(times);
            disk.delete(offsets);
            throw shortage;
        }
    }

    private static Path inTheMaking(Path path) {
        return path.resolveSibling(path.getFileName() + SegmentFiles.CLEANED);
    }

    /** Forces the batches. Owner, or the one thread that runs a {@link Flush}. */
    void force() throws IOException {
        try {
            SharedFile open = file.pin();
            try {
                open.force();
            } finally {
                open.unpin();
            }
        } catch (NoSuchFileException deleted) {
            // Then there is nothing to force any more.
            if (!file.isGone()) throw deleted;
        }
    }

    /** Owner only, while nobody else knows the segment: cuts the file behind its last good batch, durably. */
    void cutFile() throws IOException {
        SharedFile open = file.pin();
        try {
            open.truncate(sizeBytes);
            open.force();
        } finally {
            open.unpin();
        }
    }

    /** Recovery only: writes what is there once more. */
    void overwrite(ByteBuffer same, long position) throws IOException {
        SharedFile open = file.pin();
        try {
            open.write(same, position);
        } finally {
            open.unpin();
        }
    }

    /** The aborted transactions whose markers are in the segment. */
    TransactionIndexFile aborted() {
        return aborted;
    }

    /** The indexes in memory, or null where they are on disk. Any thread. */
    Indexes indexes() {
        return indexes;
    }

    /** Any thread: keeps indexes that were rebuilt because those on disk are no good. */
    void repaired(Indexes fresh) {
        indexes = fresh;
    }

    Path offsetIndexPath() {
        return SegmentFiles.offsetIndex(directory, baseOffset);
    }

    Path timeIndexPath() {
        return SegmentFiles.timeIndex(directory, baseOffset);
    }

    Disk disk() {
        return disk;
    }

    /** True once the segment is deleted or replaced. Any thread. */
    boolean isGone() {
        return file.isGone();
    }

    /** Owner only, of a closed segment: closes the file where nobody has used it since the last call. */
    void closeWhenIdle() {
        if (file.closeWhenIdle()) aborted.unload();
    }

    /** Owner only: the same for the active segment, whose aborted transactions stay in memory. */
    void closeFileWhenIdle() throws IOException {
        forceEnd();
        file.closeWhenIdle();
    }

    /** Owner only. Whoever still wants the file opens it again. */
    void close() throws IOException {
        file.close();
    }

    /** Owner only: closes for good, because another object stands for the same files now. */
    void retire() throws IOException {
        file.retire();
    }

    /** Owner only: closes for good, then deletes the files; not durable before the directory is forced. */
    void delete() throws IOException {
        retire();
        disk.delete(logPath());
        deleteIndexes();
    }

    /** Owner only. */
    void deleteIndexes() throws IOException {
        disk.delete(offsetIndexPath());
        disk.delete(timeIndexPath());
        aborted.delete();
    }
}
