package io.letterbox.log;

import io.letterbox.disk.Disk;
import io.letterbox.disk.ForceFailedException;
import io.letterbox.disk.LogFile;
import io.letterbox.log.producers.AbortedTxn;
import io.letterbox.log.producers.ProducerSnapshot;
import io.letterbox.log.producers.ProducerStateTable;
import io.letterbox.memory.StateAccount;
import io.letterbox.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;

/**
 * The states of a log's producers, and the snapshots that preserve them over a crash. Recovery reads the newest valid
 * snapshot and replays the batches behind it. The aborted transactions below a snapshot have to be durable in the
 * segments' transaction indexes; those above it are found in the replay. Owned by the log's owner.
 */
final class ProducerSnapshots {
    /** How many snapshots below the durable offset are kept: the newest, and another in case that one is damaged. */
    private static final int KEPT = 2;

    /**
     * A snapshot is due when the log has grown by this many times its size: a balance between its cost and what a
     * restart may have to read.
     */
    private static final int GROWTH_PER_SNAPSHOT = 4;

    /**
     * The least growth before a snapshot, or a part of a segment if that is less: replaying so little takes no longer
     * than opening a log.
     */
    private static final int LEAST_GROWTH_BYTES = 1 << 20;

    private static final int LEAST_PART_OF_SEGMENT = 8;

    /**
     * If the memory for the aborted transactions of all logs is full, a log with at least this many continues in a new
     * segment, so that they are only in their file. Fewer are not worth a segment.
     */
    private static final int ABORTED_PER_SEGMENT = 256;

    /**
     * With less growth than this since the last snapshot, a stop takes none: forcing one for each of very many logs
     * would take minutes.
     */
    private static final int FEW_BYTES = 16 << 10;

    private final Disk disk;
    private final Path directory;
    private final LogConfig config;
    private final DurabilityState safety;

    /** The offsets of all snapshots. A new one is on disk, its name included, before an older one is deleted. */
    private final TreeSet<Long> snapshots = new TreeSet<>();

    /** The account for the aborted transactions of the active segment, which are in memory. */
    private final StateAccount abortedMemory;

    private ProducerStateTable states;
    private long bytesSince;
    private long snapshotBytes;

    private ProducerSnapshots(Disk disk, LogConfig config, DurabilityState safety) {
        this.disk = disk;
        this.directory = safety.directory();
        this.config = config;
        this.safety = safety;
        this.states = new ProducerStateTable(config.producers());
        this.abortedMemory = config.producers().aborted().open();
    }

    /**
     * Recovers the producers' states of a log, before anything is appended to it.
     *
     * @param safety of the log
     * @param segments the log's segments, the last one with its indexes in memory; their transaction indexes are
     *     brought up to date
     * @throws CorruptLogException if a batch is damaged
     */
    static ProducerSnapshots open(
            Disk disk, LogConfig config, DurabilityState safety, SegmentList segments, long contiguousFrom)
            throws IOException {
        ProducerSnapshots snapshots = new ProducerSnapshots(disk, config, safety);
        boolean read = false;
        try {
            for (String name : disk.list(snapshots.directory)) {
                long offset = SegmentFiles.baseOffset(name, SegmentFiles.SNAPSHOT);
                if (offset >= 0) snapshots.snapshots.add(offset);
            }
            snapshots.readAll(segments, contiguousFrom);
            read = true;
        } finally {
            if (!read) snapshots.forget();
        }
        return snapshots;
    }

    ProducerStateTable states() {
        return states;
    }

    /** Releases the memory account of the states; they are not used any more. */
    void forget() {
        states.close();
        abortedMemory.close();
    }

    /** Updates the states with a batch that was appended to a segment. */
    void onAppended(RecordBatch batch, Segment active, long elapsedMs) {
        bytesSince += batch.sizeInBytes();
        AbortedTxn aborted = states.onAppended(batch, elapsedMs);
        if (aborted == null) return;
        active.index().aborted().add(aborted);
        accountAborted(active);
    }

    private void accountAborted(Segment active) {
        long bytes = (long) active.index().aborted().countInMemory() * TransactionIndex.ENTRY_MEMORY_BYTES;
        abortedMemory.charge(bytes - abortedMemory.usedBytes());
    }

    /** Whether the log should continue in a new segment because the memory for aborted transactions is full. */
    boolean wantsRoll(Segment active) {
        return active.index().aborted().countInMemory() >= ABORTED_PER_SEGMENT && !abortedMemory.hasRoom(0);
    }

    /**
     * Replays the batches behind the newest snapshot, and brings the aborted transactions of all segments up to date.
     */
    private void readAll(SegmentList segments, long contiguousFrom) throws IOException {
        long from = loadBelow(segments.active().nextOffset(), segments);
        for (int index = segments.find(from); index < segments.size(); index++) {
            Segment segment = segments.get(index);
            boolean active = index == segments.size() - 1;
            if (segment.nextOffset() > from || active) replay(segment, from, contiguousFrom, true);
            if (active) continue;
            segment.index().aborted().force();
            if (segment.nextOffset() > from) segment.index().aborted().drop();
        }
        accountAborted(segments.active());
        takeWhereDue(segments.active(), segments.active().nextOffset());
    }

    /**
     * Rebuilds the states from a snapshot and the log, because the log is being truncated.
     *
     * @param left the log's segments; only the last one's aborted transactions are unknown, as it is not read yet
     * @param durableOffset of the log
     */
    void cut(SegmentList left, long contiguousFrom, long durableOffset) throws IOException {
        long from = loadBelow(left.active().nextOffset(), left);
        for (int index = left.find(from); index < left.size(); index++) {
            Segment segment = left.get(index);
            boolean active = index == left.size() - 1;
            if (segment.nextOffset() > from || active) replay(segment, from, contiguousFrom, active);
        }
        accountAborted(left.active());
        takeWhereDue(left.active(), durableOffset);
    }

    /**
     * Loads the newest snapshot that is valid for a log ending at an offset. Returns the offset from which the log has
     * to be replayed.
     */
    private long loadBelow(long endOffset, SegmentList segments) throws IOException {
        deleteBeyond(endOffset);
        bytesSince = 0;
        // A snapshot above the high watermark is not used: it has transactions as ended whose markers are not safe.
        return load(segments.get(0).baseOffset(), safety.highWatermark());
    }

    /** Saves the next start from reading all this again. */
    private void takeWhereDue(Segment active, long durableOffset) throws IOException {
        if (isDue()) tryTakeSnapshot(active, durableOffset);
    }

    /**
     * Deletes snapshots beyond the log's end, which would count as valid when the log has grown again, with other
     * records.
     */
    private void deleteBeyond(long endOffset) throws IOException {
        if (snapshots.higher(endOffset) == null) return;
        for (long offset : List.copyOf(snapshots.tailSet(endOffset, false))) delete(offset);
        disk.forceDirectory(directory);
    }

    /** Loads the newest valid snapshot up to an offset. Returns its offset, or the log's beginning if there is none. */
    private long load(long beginning, long upTo) throws IOException {
        for (Long newest; (newest = snapshots.floor(upTo)) != null; ) {
            long offset = newest;
            ByteBuffer bytes = ByteBuffer.wrap(disk.readAll(SegmentFiles.snapshot(directory, offset)));
            states.close();
            states = ProducerSnapshot.decode(bytes, config.producers());
            if (states != null) {
                snapshotBytes = bytes.limit();
                return Math.max(offset, beginning);
            }
            states = new ProducerStateTable(config.producers());
            delete(offset);
        }
        states.close();
        states = new ProducerStateTable(config.producers());
        snapshotBytes = 0;
        return beginning;
    }

    /**
     * Replays the batches of a segment from an offset on.
     *
     * @param fills whether the segment's aborted transactions are rebuilt, too
     */
    private void replay(Segment segment, long fromOffset, long contiguousFrom, boolean fills) throws IOException {
        long from = Math.max(fromOffset, segment.baseOffset());
        if (fills) segment.index().aborted().resume(from);
        if (segment.nextOffset() <= from) return;
        SegmentRead read = new SegmentRead(segment, contiguousFrom);
        long position = read.positionOf(from);
        BatchScan scan =
                new BatchScan(segment::read, position, segment.sizeBytes(), read.offsetAtPosition(), contiguousFrom);
        while (scan.next()) {
            RecordBatch batch = scan.batch();
            bytesSince += batch.sizeInBytes();
            AbortedTxn ended = states.onAppended(batch, -1);
            if (ended != null && fills) segment.index().aborted().add(ended);
            // At a start the high watermark is not set yet, and all records count as safe.
            states.stableOffset(Math.min(batch.nextOffset(), safety.highWatermark()));
        }
        if (scan.defect() != null) throw new CorruptLogException(segment.logPath(), scan.position(), scan.defect());
    }

    /** Takes a snapshot if one is due. */
    void checkpoint(Segment active, long durableOffset) throws IOException {
        takeWhereDue(active, durableOffset);
    }

    /**
     * Takes a snapshot, or none if the disk is full: a snapshot only saves time, and the one before it still counts.
     */
    private void tryTakeSnapshot(Segment active, long durableOffset) throws IOException {
        try {
            takeSnapshot(active, durableOffset);
        } catch (ForceFailedException fatal) {
            throw fatal;
        } catch (IOException full) {
            skipSnapshot(active.nextOffset());
        }
    }

    private void skipSnapshot(long endOffset) throws IOException {
        delete(endOffset);
        // Makes the next attempt due soon.
        bytesSince = Math.max(bytesSince, GROWTH_PER_SNAPSHOT * snapshotBytes);
    }

    private boolean isDue() {
        int least = Math.min(LEAST_GROWTH_BYTES, config.segmentBytes() / LEAST_PART_OF_SEGMENT);
        return bytesSince >= least && bytesSince >= GROWTH_PER_SNAPSHOT * snapshotBytes;
    }

    /**
     * Takes a snapshot of a log that is being closed, unless it has grown by so little that replaying it is as fast.
     */
    void close(Segment active) throws IOException {
        active.index().aborted().force();
        if (bytesSince > FEW_BYTES) takeSnapshot(active, active.nextOffset());
    }

    /** Takes a snapshot at the end of a segment that is being closed; the caller forces the directory. */
    void roll(Segment closed, long durableOffset) throws IOException {
        closed.index().aborted().force();
        if (bytesSince == 0 && snapshots.contains(closed.nextOffset())) return;
        try {
            write(closed.nextOffset(), durableOffset);
        } catch (ForceFailedException fatal) {
            throw fatal;
        } catch (IOException full) {
            skipSnapshot(closed.nextOffset());
        }
    }

    /** Releases the memory of the aborted transactions of a segment that was closed: they are in its file. */
    void rolled(Segment closed, Segment active) {
        closed.index().aborted().drop();
        accountAborted(active);
    }

    private void takeSnapshot(Segment active, long durableOffset) throws IOException {
        active.index().aborted().force();
        write(active.nextOffset(), durableOffset);
        disk.forceDirectory(directory);
    }

    /**
     * Writes a snapshot. If a crash leaves it incomplete, its checksum does not match, and the one before it is used.
     */
    private void write(long endOffset, long durableOffset) throws IOException {
        ByteBuffer bytes = ProducerSnapshot.encode(states);
        int size = bytes.remaining();
        try (LogFile file = disk.create(SegmentFiles.snapshot(directory, endOffset))) {
            file.write(bytes, 0);
            file.force();
        }
        snapshotBytes = size;
        snapshots.add(endOffset);
        bytesSince = 0;
        prune(durableOffset);
    }

    /**
     * Deletes old snapshots. A crash may take the log back to its durable offset, so those beyond it do not count as
     * backups: of them only the newest is kept. What is not safe may be cut at any offset, and there are few of those.
     */
    private void prune(long durableOffset) throws IOException {
        int beyond = 0;
        int durable = 0;
        for (long offset : List.copyOf(snapshots.descendingSet())) {
            boolean kept =
                    offset > safety.highWatermark() || (offset > durableOffset ? beyond++ == 0 : durable++ < KEPT);
            if (!kept) delete(offset);
        }
    }

    private void delete(long offset) throws IOException {
        disk.delete(SegmentFiles.snapshot(directory, offset));
        snapshots.remove(offset);
    }
}
