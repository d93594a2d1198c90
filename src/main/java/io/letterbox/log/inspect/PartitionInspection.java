package io.letterbox.log.inspect;

import io.letterbox.disk.Disk;
import io.letterbox.disk.LogFile;
import io.letterbox.error.ApiException;
import io.letterbox.log.BatchScan;
import io.letterbox.log.IndexFile;
import io.letterbox.log.RecoveryRules;
import io.letterbox.log.SegmentFiles;
import io.letterbox.log.StaleFiles;
import io.letterbox.log.TransactionIndex;
import io.letterbox.log.WalReplay;
import io.letterbox.log.inspect.LogInspector.Finding;
import io.letterbox.log.inspect.LogInspector.Severity;
import io.letterbox.log.producers.ProducerLimits;
import io.letterbox.log.producers.ProducerSnapshot;
import io.letterbox.record.BatchCursor;
import io.letterbox.record.RecordBatch;
import io.letterbox.record.RecordCursor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.NavigableMap;

/** Reads one partition's directory for {@link LogInspector} from front to back. Used once. */
final class PartitionInspection {
    private static final long UNKNOWN = -1;
    private static final long PROGRESS_BYTES = 1 << 20;

    private final Disk disk;
    private final Path directory;
    private final LogInspector.Listener listener;
    private final LogInspector.Dump dump;
    private final long fromOffset;
    private final Tally tally;
    private RecoveryRules rules;
    private long nextOffset = UNKNOWN;

    /** The offset at which the log will end after the next start; UNKNOWN after damage. */
    private long endOffset;

    private int latestEpoch;

    /** The counts so far, over all partitions. */
    static final class Tally {
        private final LogInspector.Listener listener;
        private int partitions;
        private int segments;
        private long bytes;
        private long batches;
        private long records;
        private int notes;
        private int damages;

        Tally(LogInspector.Listener listener) {
            this.listener = listener;
        }

        void add(Severity severity, Path file, long position, long offset, String what) {
            if (severity == Severity.NOTE) notes++;
            else damages++;
            listener.finding(new Finding(severity, file, position, offset, what));
        }

        LogInspector.Summary summary() {
            return new LogInspector.Summary(partitions, segments, bytes, batches, records, notes, damages);
        }
    }

    /**
     * One segment.
     *
     * @param name the current name of its file
     * @param renewed whether a start rebuilds its indexes
     */
    private record InspectedSegment(long base, String name, boolean last, boolean renewed) {
        /** Whether it replaces other segments at the next start, which leaves it without indexes. */
        boolean isSwap() {
            return name.endsWith(SegmentFiles.SWAP);
        }

        Severity ofIndexes() {
            return renewed ? Severity.NOTE : Severity.DAMAGE;
        }
    }

    /** The listener may be a {@link LogInspector.Dump}; then it receives the records at or above the offset. */
    PartitionInspection(Disk disk, Path directory, LogInspector.Listener listener, long fromOffset, Tally tally) {
        this.disk = disk;
        this.directory = directory;
        this.listener = listener;
        this.dump = listener instanceof LogInspector.Dump ? (LogInspector.Dump) listener : null;
        this.fromOffset = fromOffset;
        this.tally = tally;
    }

    /** @param around the data directory; invalid bytes at or above its recovery point count as a torn end */
    void run(InspectedDirectory around) throws IOException {
        tally.partitions++;
        List<String> names = disk.list(directory);
        StaleFiles stale = StaleFiles.of(names);
        leftovers(stale);
        snapshots(names);
        NavigableMap<Long, String> segments = stale.segments();
        List<Long> bases = List.copyOf(segments.keySet());
        rules = around.rules(directory, disk, segments.lastKey());
        for (int i = rules.unwanted(bases); i < bases.size(); i++) {
            long base = bases.get(i);
            boolean last = i == bases.size() - 1;
            // A dump from an offset skips the segments wholly before it.
            if (dump != null && !last && bases.get(i + 1) <= fromOffset) continue;
            // The index files of the last segment are incomplete until the server stops.
            boolean renewed = last || rules.renewsIndexes(bases.get(i + 1));
            if (cutsBefore(base) || segment(new InspectedSegment(base, segments.get(base), last, renewed))) break;
        }
        if (endOffset != UNKNOWN) ahead(around);
    }

    /** Continues with the batches of the write-ahead log that the next start will append to the log. */
    private void ahead(InspectedDirectory around) throws IOException {
        long from = endOffset;
        around.forEachAhead(directory, disk, (file, position, timeMs, batches) -> {
            BatchCursor cursor = RecordBatch.cursor(batches);
            while (endOffset != UNKNOWN && cursor.next()) {
                RecordBatch batch = cursor.batch();
                WalReplay.BatchPosition place = WalReplay.BatchPosition.of(batch, endOffset, latestEpoch);
                if (place == WalReplay.BatchPosition.NEXT) {
                    ByteBuffer one = batches.slice(batch.position(), batch.sizeInBytes());
                    batch(file, position + batch.position(), RecordBatch.of(one), one);
                    endOffset = batch.nextOffset();
                } else if (place == WalReplay.BatchPosition.GAP) {
                    gap(batch.baseOffset());
                    endOffset = UNKNOWN;
                }
            }
        });
        if (endOffset == UNKNOWN) return;
        if (endOffset < rules.recoveryPoint()) gap(rules.recoveryPoint());
        if (endOffset == from) return;
        String what = "The records up to offset " + (endOffset - 1)
                + " are in the write-ahead log only; the next start puts them into this one.";
        tally.add(Severity.NOTE, directory, -1, from, what);
    }

    private void gap(long durableUpTo) {
        tally.add(Severity.DAMAGE, directory, -1, endOffset, RecoveryRules.endsEarly(endOffset, durableUpTo));
    }

    private void leftovers(StaleFiles stale) {
        for (String half : stale.halves()) {
            String what = "This file was not written to its end; the next start deletes it.";
            tally.add(Severity.NOTE, directory.resolve(half), -1, -1, what);
        }
        for (StaleFiles.Swap swap : stale.swaps()) {
            String what = "Compaction was interrupted; the next start puts this file in its segments' place.";
            tally.add(Severity.NOTE, directory.resolve(swap.name()), -1, swap.baseOffset(), what);
        }
    }

    /** Checks the snapshots of producers. A damaged one only costs time at the next start, so it is a note. */
    private void snapshots(List<String> names) throws IOException {
        for (String name : names) {
            if (SegmentFiles.baseOffset(name, SegmentFiles.SNAPSHOT) < 0) continue;
            Path file = directory.resolve(name);
            ByteBuffer bytes = ByteBuffer.wrap(disk.readAll(file));
            if (ProducerSnapshot.decode(bytes, ProducerLimits.defaults()) != null) continue;
            String what = "The snapshot of the producers is damaged; the next start reads the log instead.";
            tally.add(Severity.NOTE, file, -1, -1, what);
        }
    }

    private void aborted(InspectedSegment part, long endOffset) throws IOException {
        Path path = SegmentFiles.abortedIndex(directory, part.base);
        ByteBuffer bytes = index(part, path);
        TransactionIndex.decode(bytes, part.base, endOffset);
        if (!bytes.hasRemaining()) return;
        String what = "The index of aborted transactions is wrong: this is none of the segment.";
        tally.add(part.ofIndexes(), path, bytes.position(), part.base, what);
    }

    /** The content of an index file; empty if the next start deletes it. */
    private ByteBuffer index(InspectedSegment part, Path path) throws IOException {
        return part.isSwap() ? ByteBuffer.allocate(0) : new IndexFile(disk, path).content();
    }

    /** Reports a segment that does not follow the one before. True if the next start deletes it and those behind it. */
    private boolean cutsBefore(long base) {
        if (nextOffset == UNKNOWN || rules.follows(base, nextOffset)) return false;
        String what = nextOffset > base
                ? "The segment begins at offset " + base + ", but the one before reaches up to " + nextOffset + "."
                : "The offsets " + nextOffset + " to " + (base - 1) + " are missing.";
        boolean cut = rules.cutsAt(nextOffset);
        String then = cut ? " The next start deletes the segments from here on." : "";
        tally.add(cut ? Severity.NOTE : Severity.DAMAGE, SegmentFiles.log(directory, base), -1, base, what + then);
        return cut;
    }

    /** Reads a segment. True if the next start deletes those behind it. */
    private boolean segment(InspectedSegment part) throws IOException {
        Path path = directory.resolve(part.name);
        IndexCheck indexes = new IndexCheck(
                part.base,
                index(part, SegmentFiles.offsetIndex(directory, part.base)),
                index(part, SegmentFiles.timeIndex(directory, part.base)));
        try (LogFile file = disk.open(path)) {
            long size = file.size();
            BatchScan scan = new BatchScan(file::read, 0, size, part.base, rules.contiguousFrom());
            long told = 0;
            listener.progress(path, 0, size);
            while (scan.next()) {
                batch(path, scan.position(), scan.batch(), scan.bytes());
                indexes.batch(scan.batch(), scan.position());
                if (scan.position() - told < PROGRESS_BYTES) continue;
                told = scan.position();
                listener.progress(path, told, size);
            }
            listener.progress(path, size, size);
            tally.segments++;
            tally.bytes += size;
            // After damage, the offset at which the next segment should begin is unknown.
            nextOffset = scan.defect() == null ? scan.expectedOffset() : UNKNOWN;
            endOffset = nextOffset;
            if (scan.defect() != null) return cutsTornEnd(part, scan, size);
            indexes(part, indexes);
            aborted(part, scan.expectedOffset());
        }
        return false;
    }

    private void batch(Path path, long position, RecordBatch batch, ByteBuffer bytes) {
        latestEpoch = Math.max(latestEpoch, batch.leaderEpoch());
        tally.batches++;
        tally.records += batch.recordCount();
        if (dump != null && batch.lastOffset() >= fromOffset) dump.batch(path, position, batch);
        if (batch.isControl()) return;
        try (RecordCursor record = new RecordCursor(bytes, 0)) {
            while (record.next()) {
                if (dump != null && record.offset() >= fromOffset) dump.record(directory, record);
            }
        } catch (ApiException unreadable) {
            Severity severity = RecordCursor.isDamage(unreadable) ? Severity.DAMAGE : Severity.NOTE;
            tally.add(severity, path, position, batch.baseOffset(), unreadable.getMessage());
        }
    }

    /** Reports the end of the good batches. True if the next start cuts the log there. */
    private boolean cutsTornEnd(InspectedSegment part, BatchScan scan, long size) {
        boolean torn = rules.cutsAt(scan.expectedOffset());
        long rest = size - scan.position();
        String then = torn
                ? " This is a torn end of " + rest + " bytes; the next start cuts it off"
                        + (part.last ? "." : ", and deletes the segments behind it.")
                : " The " + rest + " bytes from there on were not looked at.";
        if (torn) endOffset = scan.expectedOffset();
        Severity severity = torn ? Severity.NOTE : Severity.DAMAGE;
        tally.add(severity, directory.resolve(part.name), scan.position(), scan.expectedOffset(), scan.defect() + then);
        return torn;
    }

    private void indexes(InspectedSegment part, IndexCheck check) {
        check.end();
        if (check.offsetsDefect() != null) {
            String what = "The offset index is wrong: " + check.offsetsDefect() + ".";
            Path path = SegmentFiles.offsetIndex(directory, part.base);
            tally.add(part.ofIndexes(), path, check.offsetsPosition(), part.base, what);
        }
        if (check.timesDefect() != null) {
            String what = "The time index is wrong: " + check.timesDefect() + ".";
            Path path = SegmentFiles.timeIndex(directory, part.base);
            tally.add(part.ofIndexes(), path, check.timesPosition(), part.base, what);
        }
    }
}
