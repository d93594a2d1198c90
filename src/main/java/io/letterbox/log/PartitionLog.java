package io.letterbox.log;

import io.letterbox.disk.Disk;
import io.letterbox.disk.ForceFailedException;
import io.letterbox.disk.TornWriteException;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.log.producers.ProducerStateTable;
import io.letterbox.record.RecordBatch;
import io.letterbox.time.Moment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The log of one partition: record batches in segments, appended by one thread (the shard that owns it) and read from
 * any.
 *
 * <p>Readers take the published list of segments and read at positions; they take no lock and never wait for a force.
 * An operation that fails because space, a descriptor or a file is short leaves the log unchanged, so that it may be
 * retried. If that is not possible, and after any failed force, the log is poisoned: it takes no more writes, and the
 * next start finds out what is durable.
 */
public final class PartitionLog implements AutoCloseable {
    /** The limit for one batch; doors have far lower limits. */
    public static final int MAX_BATCH_BYTES = BatchScan.MAX_BATCH_BYTES;

    // Immutable.
    private final Disk disk;
    private final Path directory;
    private final LeaderEpochCache epochs;
    private final ProducerSnapshots producerSnapshots;

    // Written by the owner, read by any thread.
    private final PublishedSegments segments;
    private final LogStart start;
    private volatile long logEndOffset;

    // Any thread: moved by the owner, and by threads that run flushes.
    private final DurabilityState durability;

    // Owner only.
    private final RecordBatch view = new RecordBatch();
    private final List<Segment> sealed = new ArrayList<>();
    private final SegmentDeletion deletion;
    private final SegmentReplacement replacement;
    private LogConfig config;
    private long checkpointOffset;
    private long checkpointGoal;

    /**
     * The state that recovery found. Everything in the segments is durable.
     *
     * @param startOffset the log start offset; if it is beyond the log's end, the end counts
     * @param compactedUpTo below this offset, offsets may be missing
     */
    PartitionLog(
            Disk disk,
            Path directory,
            LogConfig config,
            LeaderEpochCache epochs,
            SegmentList segments,
            long startOffset,
            long compactedUpTo)
            throws IOException {
        this.disk = disk;
        this.directory = directory;
        this.start = new LogStart(disk, directory);
        this.config = config;
        this.epochs = epochs;
        this.segments = new PublishedSegments(segments);
        this.deletion = new SegmentDeletion(disk, directory, this.segments, start);
        this.replacement = new SegmentReplacement(disk, directory, this.segments, compactedUpTo);
        this.logEndOffset = segments.active().nextOffset();
        this.durability = new DurabilityState(directory, logEndOffset);
        start.recovered(
                Math.min(logEndOffset, Math.max(startOffset, segments.get(0).baseOffset())));
        this.producerSnapshots = ProducerSnapshots.open(disk, config, durability, segments, compactedUpTo);
    }

    /**
     * Assigns offsets and epoch in place and writes one batch behind the end; rolls first if that is due. Makes one
     * positioned write; nothing is forced, except if a new epoch begins.
     *
     * @param batch one batch between position and limit, checked by the caller; the position is moved to the limit
     * @param leaderEpoch the epoch of the leader, never lower than before
     * @param elapsedMs the monotonic time, for rolling by age
     * @throws IOException if the batch could not be written; the log is unchanged, or poisoned
     */
    public AppendResult append(ByteBuffer batch, int leaderEpoch, long elapsedMs) throws IOException {
        durability.requireSound();
        int size = batch.remaining();
        view.wrap(batch, batch.position());
        if (size > MAX_BATCH_BYTES || size < RecordBatch.HEADER_BYTES || size != view.sizeInBytes()) {
            throw new IllegalArgumentException("A buffer of " + size + " bytes is not one batch");
        }
        long baseOffset = logEndOffset;
        view.assign(baseOffset, leaderEpoch);
        long lastOffset = view.lastOffset();
        try {
            if (mustRoll(size, lastOffset, elapsedMs)) roll();
            if (leaderEpoch > epochs.latestEpoch()) epochs.assign(leaderEpoch, baseOffset);
            segments.active().append(batch, view, config, elapsedMs);
        } catch (ForceFailedException | TornWriteException cause) {
            durability.poison(cause);
            throw cause;
        }
        producerSnapshots.onAppended(view, segments.active(), elapsedMs);
        logEndOffset = lastOffset + 1;
        return new AppendResult(baseOffset, lastOffset);
    }

    private boolean mustRoll(int size, long lastOffset, long elapsedMs) {
        Segment active = segments.active();
        if (active.sizeBytes() == 0) return false;
        return active.sizeBytes() + size > config.segmentBytes()
                || lastOffset - active.baseOffset() > Integer.MAX_VALUE
                || active.ageMs(elapsedMs) > config.segmentMs()
                || producerSnapshots.wantsRoll(active);
    }

    /** Closes the active segment and begins another. If that fails, the log is unchanged. */
    void roll() throws IOException {
        Segment old = segments.active();
        // The directory is opened first, because without its descriptor the new file's name could not be forced: the
        // file could neither be used nor removed.
        try (Disk.OpenDirectory names = disk.openDirectory(directory)) {
            boolean indexed = old.seal();
            producerSnapshots.roll(old, durability.forcedOffset());
            Segment fresh = Segment.create(disk, directory, logEndOffset);
            names.force();
            if (indexed) old.index().drop();
            producerSnapshots.rolled(old, fresh);
            sealed.add(old);
            segments.publish(segments.list().with(fresh));
        } catch (ForceFailedException cause) {
            durability.poison(cause);
            throw cause;
        }
    }

    /** Makes everything appended so far durable. A failure poisons the log for good: all later writes throw. */
    public void flush() throws IOException {
        startFlush().force();
    }

    /** Prepares a flush of everything appended so far; {@link Flush#force} may run on any thread. */
    public Flush startFlush() {
        return flushUpTo(logEndOffset, false);
    }

    /**
     * Begins a checkpoint: writes the active segment's indexes, and prepares a flush of them, of closed segments, and
     * of records that are durable in the write-ahead log only. Returns null if there is nothing to force.
     *
     * @param whole whether to flush everything, whatever the topic's flush setting is
     */
    public Flush startCheckpoint(boolean whole) throws IOException {
        long activeFrom = segments.active().baseOffset();
        long upTo = whole || durability.durableOffset() > activeFrom ? logEndOffset : activeFrom;
        // The goal of an earlier checkpoint that failed does not count.
        checkpointGoal = checkpointOffset;
        // Otherwise a truncation could leave a log that ends before its recovery point.
        long goal = Math.min(upTo, durability.highWatermark());
        if (goal <= checkpointOffset && upTo <= durability.forcedOffset()) return null;
        try {
            if (upTo > activeFrom) segments.active().index().write();
            checkpointGoal = goal;
        } catch (ForceFailedException fatal) {
            throw fatal;
        } catch (IOException full) {
            // Without index files the recovery point stays where it is, and the next start reads more.
        }
        return flushUpTo(upTo, true);
    }

    private Flush flushUpTo(long offset, boolean withIndexes) {
        sealed.removeIf(segment -> segment.isGone() || segment.nextOffset() <= durability.forcedOffset());
        return new Flush(durability, List.copyOf(sealed), segments.active(), offset, withIndexes);
    }

    /**
     * Notes that the write-ahead log holds everything below an offset, from which a start would restore it. Owner only.
     */
    public void writtenAhead(long upToOffset) {
        durability.writtenAhead(upToOffset);
    }

    /** True if a write or a force failed in a way that leaves the log's end unknown. Any thread. */
    public boolean isPoisoned() {
        return durability.isPoisoned();
    }

    /** The partition's directory. */
    public Path directory() {
        return directory;
    }

    /** The first offset that can be read. Any thread. */
    public long logStartOffset() {
        return start.offset();
    }

    /** The offset of the next record. Any thread. */
    public long logEndOffset() {
        return logEndOffset;
    }

    /** Everything below it is on disk, in the segments or in a write-ahead log. Any thread. */
    public long durableOffset() {
        return durability.durableOffset();
    }

    /** Everything below it is on disk in the segments. Any thread. */
    public long forcedOffset() {
        return durability.forcedOffset();
    }

    /** The bytes of all segments, indexes not included. Any thread. */
    public long sizeBytes() {
        return segments.list().sizeBytes();
    }

    /** How many segments there are, 1 or more. Any thread. */
    public int segmentCount() {
        return segments.list().size();
    }

    /** Oldest first, the active one last; an immutable snapshot. Any thread. */
    public List<Segment> segments() {
        return segments.list().toList();
    }

    /**
     * Reads whole batches from the one that holds an offset on. Any thread; blocks on the file. Every batch that is
     * returned has been checked.
     *
     * @param offset the first offset wanted
     * @param maxBytes the limit for all batches; the first batch is returned even if it is larger
     * @param upToOffset no batch that ends beyond it; at most {@link #logEndOffset()}
     * @throws ApiException OFFSET_OUT_OF_RANGE below the log start offset or above the log's end
     * @throws CorruptLogException if bytes have changed since they were written: quarantine the partition
     */
    public LogRead read(long offset, int maxBytes, long upToOffset) throws IOException {
        return segments.query(list -> {
            requireInRange(offset);
            if (offset >= upToOffset) return SegmentRead.nothing(offset);
            return list.read(offset, maxBytes, upToOffset, compactedUpTo());
        });
    }

    /**
     * Like {@link #read}, but returns the region of a file that holds the batches, so that the kernel can send them.
     * Any thread; blocks on the file. The reader of the bytes has to check them; the region has to be unpinned.
     */
    public FileRegion locate(long offset, int maxBytes, long upToOffset) throws IOException {
        return segments.query(list -> {
            requireInRange(offset);
            if (offset >= upToOffset) return FileRegion.nothing(offset);
            return list.locate(offset, maxBytes, upToOffset, compactedUpTo());
        });
    }

    /** The aborted transactions, to be taken before records are read. Any thread; does not block. */
    public AbortedView aborted() {
        return new AbortedView(segments.list());
    }

    private void requireInRange(long offset) {
        long first = logStartOffset();
        long end = logEndOffset;
        if (offset >= first && offset <= end) return;
        throw new ApiException(
                ErrorCode.OFFSET_OUT_OF_RANGE,
                "Offset " + offset + " is outside the log, " + first + " to " + end + ".");
    }

    /**
     * The first record that is not older than a time, or null if there is none below an offset. Any thread; blocks on
     * the files.
     *
     * @param timestampMs milliseconds since 1970
     */
    public TimedRecord firstSince(long timestampMs, long upToOffset) throws IOException {
        return segments.query(list -> list.firstSince(timestampMs, logStartOffset(), upToOffset, compactedUpTo()));
    }

    /**
     * The first of those records below an offset that have the greatest timestamp, or null if there is no record. Any
     * thread; blocks on the files.
     */
    public TimedRecord newest(long upToOffset) throws IOException {
        return segments.query(list -> list.newest(logStartOffset(), upToOffset, compactedUpTo()));
    }

    /**
     * Sets the offset below which everything is safe: it is never truncated, and a recovery point is never above it.
     * Owner only.
     */
    public void committed(long offset) {
        durability.committed(offset);
    }

    /**
     * Truncates speculation: the log ends at an offset afterwards, or at the beginning of the batch that holds it, with
     * indexes, epochs, producers and transactions as if nothing had been behind it. Only while no flush runs. A
     * persisted recovery point has to be at or below the offset: a log that ends below its recovery point counts as
     * damaged.
     */
    public void truncateTo(long offset) throws IOException {
        durability.requireSound();
        if (offset >= logEndOffset) return;
        long safe = durability.highWatermark();
        if (safe <= logEndOffset && offset < safe) throw new IllegalArgumentException(offset + " is below " + safe);
        try {
            replacement.finish();
            LogTruncation truncation = new LogTruncation(disk, directory, config, compactedUpTo());
            LogTruncation.Cut cut =
                    truncation.cut(segments.list(), offset, producerSnapshots, durability.forcedOffset());
            segments.publish(cut.left());
            logEndOffset = segments.active().nextOffset();
            durability.cut(logEndOffset);
            checkpointOffset = Math.min(checkpointOffset, logEndOffset);
            checkpointGoal = Math.min(checkpointGoal, logEndOffset);
            sealed.removeIf(segment -> !segments.list().toList().contains(segment));
            cut.finish();
            if (logStartOffset() > logEndOffset) start.move(logEndOffset);
            epochs.truncate(logEndOffset);
        } catch (IOException | RuntimeException cause) {
            durability.poison(cause);
            throw cause;
        }
    }

    /**
     * Moves the log start offset up, durably, and deletes the segments that lie wholly below it.
     *
     * @param offset at most the high watermark
     * @throws ApiException OFFSET_OUT_OF_RANGE if it is beyond the log's end
     */
    public void deleteRecordsBefore(long offset) throws IOException {
        durability.requireSound();
        if (offset > logEndOffset) requireInRange(offset);
        if (offset <= logStartOffset()) {
            deletion.finish();
            return;
        }
        // Or a crash could take the log back to before its start, which would be forgotten then; not below a segment's
        // name.
        if (offset > durability.forcedOffset() && !isBaseOffset(offset)) flush();
        try {
            replacement.finish();
            if (offset == logEndOffset && segments.active().sizeBytes() > 0) roll();
            if (!start.tryMove(offset)) {
                // Deleting segments frees the space that writing the start offset needs.
                deleteFirst(Retention.below(segments.list(), offset));
                if (offset > logStartOffset()) start.move(offset);
            }
            // Records below the start offset are deleted, so none of them can be lost any more.
            durability.forced(offset);
            deleteFirst(Retention.below(segments.list(), offset));
        } catch (ForceFailedException cause) {
            durability.poison(cause);
            throw cause;
        }
    }

    private boolean isBaseOffset(long offset) {
        SegmentList list = segments.list();
        return list.get(list.find(offset)).baseOffset() == offset;
    }

    /** The log start offset by retention, which is never above the high watermark and at least the current one. */
    public long retainedFrom(Moment now, long highWatermark) throws IOException {
        SegmentList list = segments.list();
        int count = Retention.deletable(list, config, now, logStartOffset(), highWatermark);
        return Math.max(logStartOffset(), list.get(count).baseOffset());
    }

    /**
     * Rolls the active segment if it is due by age or wholly expired, closes files that no reader has used since the
     * last call, and completes unfinished deletions. To be called every few seconds.
     *
     * @throws IOException if something could not be done now; the rest is done
     */
    public void maintain(Moment now, long highWatermark) throws IOException {
        durability.requireSound();
        try {
            replacement.finish();
            deleteFirst(Retention.below(segments.list(), logStartOffset()));
            Segment active = segments.active();
            boolean expired = highWatermark >= logEndOffset && Retention.isExpired(active, config, now);
            if (active.sizeBytes() > 0 && (expired || active.ageMs(now) > config.segmentMs())) roll();
            segments.list().maintain(durability.forcedOffset(), replacement);
        } catch (ForceFailedException cause) {
            durability.poison(cause);
            throw cause;
        }
    }

    /**
     * Whether the oldest segment is older than retention allows. The active segment is never deleted before it is
     * rolled.
     */
    public boolean isOldestExpired(Moment now) throws IOException {
        return Retention.isExpired(segments.list().get(0), config, now);
    }

    private void deleteFirst(int count) throws IOException {
        replacement.finish();
        deletion.deleteFirst(count);
    }

    /**
     * Replaces neighbouring closed segments with one file of batches, so that a crash leaves either those or it. From
     * then on offsets between their first and last one may be missing.
     *
     * @param neighbours closed segments of this log, in order
     * @param cleaned a forced file of batches in this directory, whose name ends in {@code .cleaned}
     * @return the new segment, whose indexes are made when they are first needed
     * @throws IOException if that cannot be done now; nothing has changed, or the log is poisoned
     */
    public Segment replace(List<Segment> neighbours, Path cleaned) throws IOException {
        durability.requireSound();
        replacement.finish();
        // Otherwise a crash could leave less of the segments than the write-ahead log continues, and the gap would look
        // like one that compaction made.
        if (neighbours.get(neighbours.size() - 1).nextOffset() > durability.forcedOffset()) flush();
        try {
            Segment by = replacement.replace(neighbours, cleaned);
            sealed.removeAll(neighbours);
            return by;
        } catch (ForceFailedException cause) {
            durability.poison(cause);
            throw cause;
        }
    }

    /** The offset below which offsets may be missing, because compaction dropped their records. Any thread. */
    public long compactedUpTo() {
        return replacement.compactedUpTo();
    }

    /** Changes the settings from the next append on. Owner only. */
    public void configure(LogConfig changed) {
        config = changed;
    }

    /** The settings in force. Owner only. */
    public LogConfig config() {
        return config;
    }

    /** The states of the log's producers. Owner only; another object after a truncation. */
    public ProducerStateTable producers() {
        return producerSnapshots.states();
    }

    /** The leader epochs of the log. */
    public LeaderEpochCache epochs() {
        return epochs;
    }

    /**
     * Ends a checkpoint, after {@link Flush#force}. Returns the recovery point, to be persisted with
     * {@link RecoveryPoints}: everything below it is durable in the segments, together with its index entries. Owner
     * only.
     */
    public long endCheckpoint() throws IOException {
        checkpointOffset = checkpointGoal;
        if (!durability.isPoisoned()) producerSnapshots.checkpoint(segments.active(), checkpointOffset);
        return checkpointOffset;
    }

    /** Makes everything durable (unless poisoned), indexes included, and closes all files. Owner only. */
    @Override
    public void close() throws IOException {
        try {
            if (!durability.isPoisoned()) {
                flush();
                segments.active().forceEnd();
                segments.active().index().write();
                segments.active().index().force();
                producerSnapshots.close(segments.active());
            }
        } finally {
            abandon();
        }
    }

    /** Whether the active segment's file is open. Any thread. */
    public boolean isOpen() {
        return segments.active().isOpen();
    }

    /** Closes all files without writing, for a log that is opened again or deleted. Owner only. */
    public void abandon() throws IOException {
        durability.poison(new IOException("It is closed."));
        producerSnapshots.forget();
        // Retired, so that no reader opens a file again that would never be closed.
        for (Segment segment : segments.list().toList()) segment.retire();
    }
}
