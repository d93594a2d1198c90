package io.letterbox.log;

import io.letterbox.log.producers.AbortedRange;
import io.letterbox.log.producers.ProducerLimits;
import io.letterbox.log.producers.ProducerSnapshot;
import io.letterbox.log.producers.ProducerStates;
import io.letterbox.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;

/**
 * What one log knows of its producers, and how that outlives a crash: a snapshot of them beside the log now and then, and
 * the batches behind the newest one that can be read, taken note of again. A snapshot rests on the aborted transactions
 * below it being durable in the segments' indexes; those above it are found anew with the batches. Owned by the log's
 * owner.
 */
final class ProducerJournal {
    /** Forced snapshots that are kept: the newest, and one in case that it is damaged. */
    private static final int KEPT = 2;

    /** A snapshot is due when the log has grown by so many times its size: what it costs, and what a restart may read. */
    private static final int GROWTH_PER_SNAPSHOT = 4;

    private final Disk disk;
    private final Path directory;
    private final ProducerLimits limits;

    /** Of the snapshots that there are, by offset, whether they were forced. */
    private final TreeMap<Long, Boolean> snapshots = new TreeMap<>();

    private ProducerStates states;
    private long bytesSince;
    private long snapshotBytes;

    private ProducerJournal(Disk disk, Path directory, ProducerLimits limits) {
        this.disk = disk;
        this.directory = directory;
        this.limits = limits;
        this.states = new ProducerStates(limits);
    }

    /**
     * Finds out what a log knows, before anything is appended to it.
     *
     * @param segments of the log, the last one with its indexes in memory; their aborted transactions are brought up to
     *     date
     * @throws CorruptLogException where a batch is damaged
     */
    static ProducerJournal open(
            Disk disk, Path directory, ProducerLimits limits, SegmentList segments, long contiguousFrom)
            throws IOException {
        ProducerJournal journal = new ProducerJournal(disk, directory, limits);
        for (String name : disk.list(directory)) {
            long offset = SegmentFiles.baseOffset(name, SegmentFiles.SNAPSHOT);
            if (offset >= 0) journal.snapshots.put(offset, true);
        }
        journal.rebuild(segments, contiguousFrom);
        return journal;
    }

    ProducerStates states() {
        return states;
    }

    /** Takes note of a batch that was appended to a segment. */
    void wrote(RecordBatch batch, Segment active, long nowMs) {
        bytesSince += batch.sizeInBytes();
        AbortedRange aborted = states.wrote(batch, nowMs);
        if (aborted != null) active.aborted().add(aborted);
    }

    /** Forgets everything and reads it again, because the log was cut. */
    void rebuild(SegmentList segments, long contiguousFrom) throws IOException {
        long endOffset = segments.active().nextOffset();
        deleteBeyond(endOffset);
        long from = load(segments.get(0).baseOffset());
        bytesSince = 0;
        for (int index = segments.find(from); index < segments.size(); index++) {
            Segment segment = segments.get(index);
            boolean active = index == segments.size() - 1;
            if (segment.nextOffset() > from || active)
                replay(segment, Math.max(from, segment.baseOffset()), contiguousFrom);
            if (!active) segment.aborted().force();
        }
        // So that the next start need not read all this again.
        if (bytesSince > 0) snapshot(endOffset, segments.active(), false);
    }

    /** Snapshots of a longer log would be taken for the truth when the log has grown again, with other records. */
    private void deleteBeyond(long endOffset) throws IOException {
        if (snapshots.tailMap(endOffset, false).isEmpty()) return;
        for (long offset : List.copyOf(snapshots.tailMap(endOffset, false).keySet())) delete(offset);
        disk.forceDirectory(directory);
    }

    /** Takes the newest snapshot that can be read; returns its offset, or that of the log's beginning. */
    private long load(long beginning) throws IOException {
        while (!snapshots.isEmpty()) {
            long offset = snapshots.lastKey();
            ByteBuffer bytes = ByteBuffer.wrap(disk.readAll(SegmentFiles.snapshot(directory, offset)));
            states = ProducerSnapshot.decode(bytes, limits);
            if (states != null) {
                snapshotBytes = bytes.limit();
                return Math.max(offset, beginning);
            }
            delete(offset);
        }
        states = new ProducerStates(limits);
        snapshotBytes = 0;
        return beginning;
    }

    private void replay(Segment segment, long from, long contiguousFrom) throws IOException {
        segment.aborted().resume(from);
        if (segment.nextOffset() <= from) return;
        SegmentRead read = new SegmentRead(segment, contiguousFrom);
        long position = read.positionOf(from);
        BatchScan scan =
                new BatchScan(segment::read, position, segment.sizeBytes(), read.offsetThere(), contiguousFrom);
        while (scan.next()) {
            RecordBatch batch = scan.batch();
            bytesSince += batch.sizeInBytes();
            AbortedRange ended = states.wrote(batch, -1);
            if (ended != null) segment.aborted().add(ended);
            // What is in the log of a server that starts is as safe as it gets.
            states.stableOffset(batch.nextOffset());
        }
        if (scan.defect() != null) throw SegmentIndexes.corrupt(segment, scan.position(), scan.defect());
    }

    /** Takes a snapshot where enough was written since the last one to make it worth its while. */
    void checkpoint(long endOffset, Segment active) throws IOException {
        active.aborted().force();
        if (bytesSince > 0 && bytesSince >= GROWTH_PER_SNAPSHOT * snapshotBytes) snapshot(endOffset, active, false);
    }

    /** The log is being closed. */
    void close(long endOffset, Segment active) throws IOException {
        if (bytesSince > 0) snapshot(endOffset, active, false);
        else active.aborted().force();
    }

    /** The active segment is closed and another begins; the caller forces the directory. */
    void roll(long endOffset, Segment closed) throws IOException {
        snapshot(endOffset, closed, true);
    }

    /**
     * Writes what is known now. Whether it was forced or not, a snapshot that a crash has damaged is seen to be by its
     * checksum, and an older one is taken.
     */
    private void snapshot(long endOffset, Segment segment, boolean force) throws IOException {
        segment.aborted().force();
        if (bytesSince == 0 && snapshots.getOrDefault(endOffset, false)) return;
        ByteBuffer bytes = ProducerSnapshot.encode(states);
        snapshotBytes = bytes.remaining();
        try (LogFile file = disk.create(SegmentFiles.snapshot(directory, endOffset))) {
            file.write(bytes, 0);
            if (force) file.force();
        }
        snapshots.put(endOffset, force);
        bytesSince = 0;
        prune();
    }

    /** Keeps the newest, and the two newest of those that were forced. */
    private void prune() throws IOException {
        int forced = 0;
        for (long offset : List.copyOf(snapshots.descendingKeySet())) {
            boolean newest = offset == snapshots.lastKey();
            boolean kept = newest || snapshots.get(offset) && forced < KEPT;
            if (snapshots.get(offset)) forced++;
            if (!kept) delete(offset);
        }
    }

    private void delete(long offset) throws IOException {
        disk.delete(SegmentFiles.snapshot(directory, offset));
        snapshots.remove(offset);
    }
}
