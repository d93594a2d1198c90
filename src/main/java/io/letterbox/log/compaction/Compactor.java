package io.letterbox.log.compaction;

import io.letterbox.disk.Disk;
import io.letterbox.log.CheckpointFile;
import io.letterbox.log.CorruptLogException;
import io.letterbox.log.PartitionLog;
import io.letterbox.log.Segment;
import io.letterbox.log.SegmentFiles;
import io.letterbox.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/**
 * Compacts the log of one partition ({@code cleanup.policy=compact}). Appends do not wait for it: {@link #plan} and
 * {@link #install} are quick and run on the owner's thread; {@link #clean} reads and writes on another thread for as
 * long as it takes, and changes no file that the log uses.
 *
 * <p>{@link PartitionLog#replace} describes how replacements are installed. The oldest are installed first, so that at
 * every moment all records below a tombstone with a delete horizon are compacted.
 */
public final class Compactor {
    /**
     * The memory for the map of keys of one run, which holds some 500,000 keys; one and a half times as much while it
     * grows.
     */
    public static final int MAP_BYTES = 16 << 20;

    private static final long NOT_READ = -1;

    private final Disk disk;
    private final PartitionLog log;
    private final int mapBytes;

    // Owned by the log's owner.
    private long compactedUpTo = NOT_READ;
    private boolean unfinished;
    private boolean running;

    /** @param mapBytes the memory for the map of keys; if it is full, another run follows */
    public Compactor(Disk disk, PartitionLog log, int mapBytes) {
        this.disk = disk;
        this.log = log;
        this.mapBytes = mapBytes;
    }

    /**
     * Decides whether compaction is due: enough of the log is dirty, or a segment has been dirty for too long, or the
     * last run did not reach the end.
     *
     * @param stableOffset records at or above it stay: the outcome of their transactions is not known yet
     * @return null if nothing is due, or a plan is being carried out already; otherwise call {@link #clean} and then
     *     either {@link #install} or {@link #abandon}
     */
    public CompactionPlan plan(long wallMs, long stableOffset) throws IOException {
        if (running || !log.config().compact()) return null;
        List<Segment> segments = cleanable(wallMs, stableOffset);
        if (segments.isEmpty()) return null;
        long dirtyFrom = Math.max(compactedUpTo(), segments.get(0).baseOffset());
        long allBytes = 0;
        long dirtyBytes = 0;
        Segment firstDirty = null;
        for (Segment segment : segments) {
            allBytes += segment.sizeBytes();
            if (segment.nextOffset() <= dirtyFrom) continue;
            if (firstDirty == null) firstDirty = segment;
            dirtyBytes += segment.sizeBytes();
        }
        if (dirtyBytes == 0) return null;
        boolean due = unfinished
                || dirtyBytes >= log.config().minCleanableDirtyRatio() * allBytes
                || waitsTooLong(firstDirty, wallMs);
        if (!due) return null;
        running = true;
        long end = segments.get(segments.size() - 1).nextOffset();
        LastProducerBatches lastBatches = LastProducerBatches.of(log.producers().all(), end);
        return new CompactionPlan(
                segments, dirtyFrom, allBytes, wallMs, log.directory(), log.aborted(), lastBatches, log.config());
    }

    /**
     * Makes the replacements. Any thread; blocks.
     *
     * @param stopped asked at every batch
     * @throws CorruptLogException if a batch is damaged: quarantine the partition
     * @throws CancellationException if it was stopped
     */
    public CompactionResult clean(CompactionPlan plan, BooleanSupplier stopped) throws IOException {
        return new CompactionRun(disk, plan, mapBytes, stopped).run();
    }

    /** Installs the replacements; drops those whose source segments were deleted in the meantime. */
    public void install(CompactionResult compaction) throws IOException {
        running = false;
        boolean all = true;
        List<CleanedSegment> left = new ArrayList<>(compaction.segments());
        try {
            for (CleanedSegment segment : compaction.segments()) {
                all = all && Collections.indexOfSubList(log.segments(), segment.sources()) >= 0;
                if (all) {
                    log.replace(segment.sources(), segment.log());
                    segment.installIndexes(disk);
                } else {
                    segment.delete(disk);
                }
                left.remove(segment);
            }
        } catch (IOException failed) {
            // Deleted now, because otherwise they would use disk space until the next start.
            for (CleanedSegment segment : left) segment.delete(disk);
            throw failed;
        }
        unfinished = !compaction.finished();
        if (!all) return;
        compactedUpTo = compaction.compactedUpTo();
        CheckpointFile.writeOne(disk, checkpoint(), compactedUpTo);
    }

    /** Notes that the plan was not carried out. */
    public void abandon() {
        running = false;
    }

    /** Closed segments from the first on, below the last stable offset and older than the lag. */
    private List<Segment> cleanable(long wallMs, long stableOffset) throws IOException {
        List<Segment> all = log.segments();
        List<Segment> result = new ArrayList<>();
        long lagMs = log.config().minCompactionLagMs();
        for (Segment segment : all.subList(0, all.size() - 1)) {
            if (segment.nextOffset() > stableOffset) break;
            if (lagMs > 0 && segment.maxTimestampMs() > wallMs - lagMs) break;
            result.add(segment);
        }
        return result;
    }

    private boolean waitsTooLong(Segment segment, long wallMs) throws IOException {
        if (log.config().maxCompactionLagMs() == Long.MAX_VALUE) return false;
        ByteBuffer header = ByteBuffer.allocate(RecordBatch.HEADER_BYTES);
        if (segment.read(header, 0) < header.capacity()) return false;
        return RecordBatch.of(header.flip()).maxTimestamp()
                < wallMs - log.config().maxCompactionLagMs();
    }

    /** The checkpoint only saves work: if it cannot be read, everything is dirty. */
    private long compactedUpTo() throws IOException {
        if (compactedUpTo == NOT_READ) compactedUpTo = CheckpointFile.readOne(disk, checkpoint(), 0);
        return compactedUpTo;
    }

    private Path checkpoint() {
        return log.directory().resolve(SegmentFiles.CLEAN_UP_TO);
    }
}
