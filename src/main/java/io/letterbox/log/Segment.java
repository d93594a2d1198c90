package io.letterbox.log;

import io.letterbox.disk.Disk;
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
 * One file of record batches with its indexes. The newest segment of a log is active: it grows. The others are closed:
 * nothing of them is in memory, and their files are opened for reads.
 *
 * <p>Written by the log's owner; read from any thread up to the published size.
 */
public final class Segment {
    private static final long NEVER = Long.MIN_VALUE;

    private final long baseOffset;

    // Any thread.
    private final SegmentFile file;
    private final SegmentIndex index;

    // Written by the owner, read by any thread.
    private volatile long sizeBytes;
    private volatile long nextOffset;

    // Owner only. On the monotonic clock; NEVER if there is no record, or the first one is older than this process.
    private long firstAppendMs = NEVER;
    // The first timestamp, of records that are older than this process; -1 if unknown.
    private long firstTimestampMs = -1;
    private boolean cutBack;

    private Segment(SegmentFile file, SegmentIndex index, long baseOffset) {
        this.file = file;
        this.index = index;
        this.baseOffset = baseOffset;
        this.nextOffset = baseOffset;
    }

    /** Makes a new, empty segment; durable once the directory is forced. */
    static Segment create(Disk disk, Path directory, long baseOffset) throws IOException {
        SegmentFile file = file(disk, directory, baseOffset);
        file.setFile(disk.create(file.path()));
        return new Segment(file, SegmentIndex.create(disk, file, baseOffset), baseOffset);
    }

    /** A closed segment, which is only read; its file is not opened. */
    static Segment closed(Disk disk, Path directory, long baseOffset, long nextOffset, long sizeBytes) {
        SegmentFile file = file(disk, directory, baseOffset);
        Segment segment = new Segment(file, SegmentIndex.closed(disk, file, baseOffset, sizeBytes), baseOffset);
        segment.nextOffset = nextOffset;
        segment.sizeBytes = sizeBytes;
        return segment;
    }

    /** A closed segment whose file still has another name; it is opened here and renamed by the caller. */
    static Segment swappedIn(Disk disk, Path directory, Path from, long baseOffset, long nextOffset)
            throws IOException {
        Segment segment = closed(disk, directory, baseOffset, nextOffset, disk.size(from));
        segment.file.setUnnamedFile(disk.open(from));
        return segment;
    }

    /** A segment for recovery, with the indexes read so far and no batch yet. */
    static Segment recovering(Disk disk, Path directory, long baseOffset, MemoryIndex read) {
        SegmentFile file = file(disk, directory, baseOffset);
        return new Segment(file, SegmentIndex.recovering(disk, file, baseOffset, read), baseOffset);
    }

    private static SegmentFile file(Disk disk, Path directory, long baseOffset) {
        return new SegmentFile(disk, SegmentFiles.log(directory, baseOffset));
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

    /** The newest timestamp in the segment, -1 if there is none. Any thread; may read the end of the time index. */
    public long maxTimestampMs() throws IOException {
        return index.maxTimestampMs();
    }

    /** The indexes of the segment's records. */
    SegmentIndex index() {
        return index;
    }

    /** Reads raw bytes at a position of the log file, as {@link LogFile#read} does. Any thread. */
    public int read(ByteBuffer target, long position) throws IOException {
        return file.read(target, position);
    }

    /**
     * Any thread: the file, which stays open until it is unpinned, even if the segment is closed or deleted in the
     * meantime. Fails if the segment is deleted already.
     */
    SharedFile pin() throws IOException {
        return file.pin();
    }

    /** Whether the file is open. Any thread. */
    boolean isOpen() {
        return file.isOpen();
    }

    /**
     * Owner only: writes one batch at the end. A failure leaves the file as it was, or throws
     * {@link TornWriteException}.
     */
    void append(ByteBuffer bytes, RecordBatch batch, LogConfig config, long elapsedMs) throws IOException {
        long position = sizeBytes;
        int size = bytes.remaining();
        SharedFile open = file.pin();
        try {
            open.write(bytes, position);
        } catch (IOException | RuntimeException cause) {
            undoWrite(open, position, cause);
            throw cause;
        } finally {
            open.unpin();
        }
        if (sizeBytes == 0) firstAppendMs = elapsedMs;
        index.add(batch, position, config.indexIntervalBytes());
        // The size before the offset: see SegmentRead.
        sizeBytes = position + size;
        nextOffset = batch.nextOffset();
    }

    private void undoWrite(LogFile open, long position, Exception cause) throws TornWriteException {
        try {
            open.truncate(position);
            cutBack = true;
        } catch (IOException | RuntimeException second) {
            cause.addSuppressed(second);
            throw new TornWriteException(cause);
        }
    }

    /** Owner only: adds a batch that is in the file already to the indexes and the size. */
    void adopt(RecordBatch batch, long position, int indexIntervalBytes) {
        index.add(batch, position, indexIntervalBytes);
        sizeBytes = position + batch.sizeInBytes();
        nextOffset = batch.nextOffset();
        if (firstTimestampMs < 0) firstTimestampMs = batch.maxTimestamp();
    }

    /**
     * Owner only: the age of the first record; 0 if only its timestamp could tell and {@link #ageMs(Moment)} has not
     * used it yet.
     */
    long ageMs(long elapsedMs) {
        return firstAppendMs == NEVER ? 0 : elapsedMs - firstAppendMs;
    }

    /**
     * Owner only: the age of the first record. For one from before a restart the first call takes it from its
     * timestamp.
     */
    long ageMs(Moment now) {
        if (firstAppendMs == NEVER && sizeBytes > 0) {
            firstAppendMs = now.elapsedMs() - (firstTimestampMs < 0 ? 0 : now.ageOf(firstTimestampMs));
        }
        return ageMs(now.elapsedMs());
    }

    /**
     * Owner only: forces the file if a failed write was cut off its end, so that a crash cannot bring those bytes back.
     */
    void forceEnd() throws IOException {
        if (cutBack) force();
        cutBack = false;
    }

    /**
     * Owner only: prepares the active segment for being closed: forces its end if needed, and writes its index files.
     *
     * @return false if there is no room for the index files; then the indexes stay in memory
     */
    boolean seal() throws IOException {
        forceEnd();
        return index.seal(sizeBytes);
    }

    /** Owner only: takes over the age of the segment whose beginning this is. */
    void continues(Segment before) {
        firstAppendMs = before.firstAppendMs;
        if (before.firstTimestampMs >= 0) firstTimestampMs = before.firstTimestampMs;
    }

    /** Recovery only: makes this a closed segment that ends where the next one begins. */
    void close(long nextBaseOffset) throws IOException {
        if (seal()) index.drop();
        nextOffset = nextBaseOffset;
        close();
    }

    /** Forces the batches. Called by the owner, or by the one thread that runs a {@link Flush}. */
    void force() throws IOException {
        try {
            SharedFile open = file.pin();
            try {
                open.force();
            } finally {
                open.unpin();
            }
        } catch (NoSuchFileException deleted) {
            // The segment was deleted, so there is nothing to force.
            if (!file.isGone()) throw deleted;
        }
    }

    /** Owner only, before the segment is published: cuts the file behind its last good batch, durably. */
    void cutFile() throws IOException {
        SharedFile open = file.pin();
        try {
            open.truncate(sizeBytes);
            open.force();
        } finally {
            open.unpin();
        }
    }

    /** Recovery only: writes the same bytes again. */
    void overwrite(ByteBuffer same, long position) throws IOException {
        SharedFile open = file.pin();
        try {
            open.write(same, position);
        } finally {
            open.unpin();
        }
    }

    /** True once the segment is deleted or replaced. Any thread. */
    boolean isGone() {
        return file.isGone();
    }

    /** Owner only, for a closed segment: closes the file if it was not used since the last call. */
    void closeWhenIdle() {
        file.closeWhenIdle();
    }

    /** Owner only: the same for the active segment. */
    void closeFileWhenIdle() throws IOException {
        forceEnd();
        file.closeWhenIdle();
    }

    /** Owner only. The next read opens the file again. */
    void close() throws IOException {
        file.close();
    }

    /** Owner only: closes the file and never opens it again, because another object uses it now. */
    void retire() throws IOException {
        file.retire();
    }

    /** Owner only: retires the segment and deletes its files; not durable before the directory is forced. */
    void delete() throws IOException {
        file.delete();
        index.delete();
    }
}
