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
 * The log of one partition: record batches in segments, appended by one thread (the shard that owns it), read from any.
 *
 * <p>Readers take the published list of segments and read at positions; they see no lock and are never behind a force.
 * What fails for want of room, of a descriptor or of a file leaves the log as it was, so that it may be tried again.
 * Where that cannot be had, and after any failed force, the log is poisoned: it takes no more writes, for good, and
 * what is durable in it is found out at the next start.
 */
public final class PartitionLog implements AutoCloseable {
    /** No batch may be larger; doors have far lower limits. */
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
     * What recovery found. Everything in the segments is durable.
     *
     * @param startOffset nobody wants what lies below; it may be beyond the end, which is the start then
     * @param compactedUpTo below it offsets may be missing
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
     * Assigns offsets and epoch in place and writes one batch behind the end; rolls first when that is due. One write
     * at a position; nothing is forced, except when a new epoch begins.
     *
     * @param batch one batch between position and limit, checked by the caller; the position is moved to the limit
     * @param leaderEpoch the epoch of the leader, never lower than before
     * @param elapsedMs the monotonic time, for rolling by age
     * @throws IOException where the batch could not be written; the log is as before, or poisoned
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

    /** Closes the active segment and begins another. Where that fails, the log is as it was. */
    void roll() throws IOException {
        Segment old = segments.active();
        // Opened first: a file that is made and not named for sure could be neither used nor taken back.
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
     * Begins a checkpoint: writes the active segment's indexes out, and prepares a flush of them and of what is durable
     * elsewhere only or lies in closed segments, whatever the topic wants; null if there is nothing of it.
     *
     * @param whole whether of everything, whatever the topic wants
     */
    public Flush startCheckpoint(boolean whole) throws IOException {
        long activeFrom = segments.active().baseOffset();
        long upTo = whole || durability.durableOffset() > activeFrom ? logEndOffset : activeFrom;
        // What an earlier one set out for and did not get to does not count.
        checkpointGoal = checkpointOffset;
        // Or a cut would leave a log that ends before its recovery point.
        long goal = Math.min(upTo, durability.highWatermark());
        if (goal <= checkpointOffset && upTo <= durability.forcedOffset()) return null;
        try {
            if (upTo > activeFrom) segments.active().index().write();
            checkpointGoal = goal;
        } catch (ForceFailedException fatal) {
            throw fatal;
        } catch (IOException full) {
            // What cannot be looked up on disk is read by the next start; the recovery point stays behind.
        }
        return flushUpTo(upTo, true);
    }

    private Flush flushUpTo(long offset, boolean withIndexes) {
        sealed.removeIf(segment -> segment.isGone() || segment.nextOffset() <= durability.forcedOffset());
        return new Flush(durability, List.copyOf(sealed), segments.active(), offset, withIndexes);
    }

    /**
     * What was appended below an offset has been made durable elsewhere, from where a start will put it back. Owner
     * only.
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
     * @param maxBytes at most so many bytes, but always the first batch
     * @param upToOffset no batch that ends beyond it; at most {@link #logEndOffset()}
     * @throws ApiException OFFSET_OUT_OF_RANGE below the log start offset or above the log's end
     * @throws CorruptLogException where bytes are not what was written: quarantine the partition
     */
    public LogRead read(long offset, int maxBytes, long upToOffset) throws IOException {
        return segments.query(list -> {
            requireInRange(offset);
            if (offset >= upToOffset) return SegmentRead.nothing(offset);
            return list.read(offset, maxBytes, upToOffset, compactedUpTo());
        });
    }

    /**
     * Like {@link #read}, but finds only where the batches lie in a file, so that the kernel can send them. Any thread;
     * blocks on the file. Whoever gets the bytes has to check them; what is returned has to be unpinned.
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

    /** Everything below an offset is safe: it is never cut, and a recovery point is never above it. Owner only. */
    public void committed(long offset) {
        durability.committed(offset);
    }

    /**
     * Takes back what is not safe: the log ends at an offset then, or at the beginning of the batch that holds it, with
     * indexes, epochs, producers and transactions as if nothing had ever been behind it. While no flush runs. A
     * recovery point that was persisted has to lie at or below that: a log that ends before is taken for damaged.
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
     * @throws ApiException OFFSET_OUT_OF_RANGE where it is beyond the log's end
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
                // The segments that go make room for saying so.
                deleteFirst(Retention.below(segments.list(), offset));
                if (offset > logStartOffset()) start.move(offset);
            }
            // What lies below it is not there to be lost any more.
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

    /**
     * Where the log begins once everything is deleted that retention lets go, which is never above the high watermark;
     * at least where it begins now.
     */
    public long retainedFrom(Moment now, long highWatermark) throws IOException {
        SegmentList list = segments.list();
        int count = Retention.deletable(list, config, now, logStartOffset(), highWatermark);
        return Math.max(logStartOffset(), list.get(count).baseOffset());
    }

    /**
     * Rolls the active segment where it is due by age or wholly expired, closes files that no reader has used since the
     * last call, and ends deletions that could not be ended before. Call it every few seconds.
     *
     * @throws IOException where something could not be done now; the rest is done
     */
    public void keepHouse(Moment now, long highWatermark) throws IOException {
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

    /** Whether the oldest segment is older than retention keeps; the newest one never goes before it is closed. */
    public boolean isOldestExpired(Moment now) throws IOException {
        return Retention.isExpired(segments.list().get(0), config, now);
    }

    private void deleteFirst(int count) throws IOException {
        replacement.finish();
        deletion.deleteFirst(count);
    }

    /**
     * Puts one file of batches in the place of neighbouring closed segments, so that a crash leaves either those or it.
     * What lies between their first and last offset may have gaps from then on.
     *
     * @param neighbours closed segments of this log, in order
     * @param cleaned a forced file of batches in this directory, whose name ends in {@code .cleaned}
     * @return the new segment, whose indexes are made when somebody first asks for them
     * @throws IOException where that cannot be done now; nothing has changed, or the log is poisoned
     */
    public Segment replace(List<Segment> neighbours, Path cleaned) throws IOException {
        durability.requireSound();
        replacement.finish();
        // Or a crash could take them back to before what is written ahead, where a gap would look like a compacted one.
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

    /** Below it, offsets may be missing because compaction took their records. Any thread. */
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

    /** The producers that the log knows. Owner only; another object after a truncation. */
    public ProducerStateTable producers() {
        return producerSnapshots.states();
    }

    /** Which leader wrote from where. */
    public LeaderEpochCache epochs() {
        return epochs;
    }

    /**
     * Ends a checkpoint, after {@link Flush#force}. Returns the recovery point, to be persisted with
     * {@link RecoveryPoints}: everything below it is durable in the segments, what their indexes say of it included.
     * Owner only.
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

    /** Whether an append would find its file open. Any thread. */
    public boolean isOpen() {
        return segments.active().isOpen();
    }

    /** Closes all files and writes nothing, because the log is opened again or deleted. Owner only. */
    public void abandon() throws IOException {
        durability.poison(new IOException("It is closed."));
        producerSnapshots.forget();
        // For good: a reader must not open what nobody would close again.
        for (Segment segment : segments.list().toList()) segment.retire();
    }
}
