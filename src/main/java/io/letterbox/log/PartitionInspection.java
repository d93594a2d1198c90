package io.letterbox.log;

import io.letterbox.error.ApiException;
import io.letterbox.log.LogInspector.Finding;
import io.letterbox.log.LogInspector.Severity;
import io.letterbox.log.producers.ProducerLimits;
import io.letterbox.log.producers.ProducerSnapshot;
import io.letterbox.record.BatchCursor;
import io.letterbox.record.RecordBatch;
import io.letterbox.record.RecordCursor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

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
    private long recoveryPoint;
    private boolean crashed;
    private long nextOffset = UNKNOWN;

    /** Where the log will end after the next start, if that is known. */
    private long endOffset;

    private int latestEpoch;

    /** Below it compaction may have left gaps. */
    private long contiguousFrom;

    /** What has been met so far, over all partitions. */
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

    /** The listener may be a {@link LogInspector.Dump}; then it is given what lies at or above the offset. */
    PartitionInspection(Disk disk, Path directory, LogInspector.Listener listener, long fromOffset, Tally tally) {
        this.disk = disk;
        this.directory = directory;
        this.listener = listener;
        this.dump = listener instanceof LogInspector.Dump ? (LogInspector.Dump) listener : null;
        this.fromOffset = fromOffset;
        this.tally = tally;
    }

    /** @param around the data directory; what is not valid at or above its recovery point is a torn end, if the log ends there */
    void run(InspectedDirectory around) throws IOException {
        recoveryPoint = around.recoveryPoint(directory);
        crashed = around.crashed();
        tally.partitions++;
        List<String> names = disk.list(directory);
        leftovers(names);
        snapshots(names);
        contiguousFrom = Checkpoint.readOne(disk, directory.resolve(SegmentFiles.COMPACTED_UP_TO), 0);
        List<Long> bases = names.stream()
                .map(name -> SegmentFiles.baseOffset(name, SegmentFiles.LOG))
                .filter(base -> base >= 0)
                .sorted()
                .collect(Collectors.toCollection(ArrayList::new));
        long start = Checkpoint.readOne(disk, directory.resolve(SegmentFiles.START_OFFSET), 0);
        // What is wholly below the log start offset is deleted already, or is about to be.
        while (bases.size() > 1 && bases.get(1) <= start) bases.remove(0);
        for (int i = 0; i < bases.size(); i++) {
            boolean last = i == bases.size() - 1;
            // A start makes indexes anew that may not have been forced; the last ones lag behind until the server
            // stops.
            boolean renewed = last || crashed && bases.get(i + 1) > recoveryPoint;
            // A dump from the middle passes over what lies wholly before.
            if (dump != null && !last && bases.get(i + 1) <= fromOffset) continue;
            if (cutsBefore(bases.get(i)) || segment(bases.get(i), last, renewed)) break;
        }
        if (endOffset != UNKNOWN) ahead(around);
    }

    /** Goes on with what the next start will put into the log. */
    private void ahead(InspectedDirectory around) throws IOException {
        long from = endOffset;
        around.forEachAhead(directory, disk, (file, position, batches) -> {
            BatchCursor cursor = RecordBatch.cursor(batches);
            while (endOffset != UNKNOWN && cursor.next()) {
                RecordBatch batch = cursor.batch();
                LogRestore.Place place = LogRestore.Place.of(batch, endOffset, latestEpoch);
                if (place == LogRestore.Place.NEXT) {
                    ByteBuffer one = batches.slice(batch.position(), batch.sizeInBytes());
                    batch(file, position + batch.position(), RecordBatch.of(one), one);
                    endOffset = batch.nextOffset();
                } else if (place == LogRestore.Place.GAP) {
                    gap(batch.baseOffset());
                    endOffset = UNKNOWN;
                }
            }
        });
        if (endOffset == UNKNOWN) return;
        if (endOffset < recoveryPoint) gap(recoveryPoint);
        if (endOffset == from) return;
        String what = "The records up to offset " + (endOffset - 1)
                + " are in the write-ahead log only; the next start puts them into this one.";
        tally.add(Severity.NOTE, directory, -1, from, what);
    }

    private void gap(long durableUpTo) {
        String what = "The log ends at offset " + endOffset + ", though its records below offset " + durableUpTo
                + " were durable.";
        tally.add(Severity.DAMAGE, directory, -1, endOffset, what);
    }

    private void leftovers(List<String> names) {
        for (String name : names) {
            if (name.endsWith(SegmentFiles.SWAP) || name.endsWith(SegmentFiles.CLEANED)) {
                Path file = directory.resolve(name);
                tally.add(
                        Severity.NOTE,
                        file,
                        -1,
                        -1,
                        "Compaction was interrupted; the next start ends it or clears it away.");
            }
        }
    }

    /** A damaged one costs time at the next start and nothing else. */
    private void snapshots(List<String> names) throws IOException {
        for (String name : names) {
            if (SegmentFiles.baseOffset(name, SegmentFiles.SNAPSHOT) < 0) continue;
            Path file = directory.resolve(name);
            ByteBuffer bytes = SegmentIndexes.content(disk, file);
            if (ProducerSnapshot.decode(bytes, ProducerLimits.defaults()) != null) continue;
            String what = "The snapshot of the producers is damaged; the next start reads the log instead.";
            tally.add(Severity.NOTE, file, -1, -1, what);
        }
    }

    private void aborted(long base, Severity severity, long endOffset) throws IOException {
        Path path = SegmentFiles.abortedIndex(directory, base);
        ByteBuffer bytes = SegmentIndexes.content(disk, path);
        AbortedIndex.decode(bytes, base, endOffset);
        if (!bytes.hasRemaining()) return;
        String what = "The index of aborted transactions is wrong: this is none of the segment.";
        tally.add(severity, path, bytes.position(), base, what);
    }

    /** Reports a segment that does not follow on the one before. True where the next start deletes it and those behind. */
    private boolean cutsBefore(long base) {
        boolean overlaps = nextOffset > base;
        boolean parts = nextOffset >= 0 && nextOffset < base && nextOffset >= contiguousFrom;
        if (!overlaps && !parts) return false;
        String what = overlaps
                ? "The segment begins at offset " + base + ", but the one before reaches up to " + nextOffset + "."
                : "The offsets " + nextOffset + " to " + (base - 1) + " are missing.";
        boolean cut = crashed && nextOffset >= recoveryPoint;
        String then = cut ? " The next start deletes the segments from here on." : "";
        tally.add(cut ? Severity.NOTE : Severity.DAMAGE, SegmentFiles.log(directory, base), -1, base, what + then);
        return cut;
    }

    /** Reads a segment. True where the next start deletes those behind it. */
    private boolean segment(long base, boolean last, boolean renewed) throws IOException {
        Path path = SegmentFiles.log(directory, base);
        IndexCheck indexes = new IndexCheck(
                base,
                SegmentIndexes.content(disk, SegmentFiles.offsetIndex(directory, base)),
                SegmentIndexes.content(disk, SegmentFiles.timeIndex(directory, base)));
        try (LogFile file = disk.open(path)) {
            long size = file.size();
            BatchScan scan = new BatchScan(file::read, 0, size, base, contiguousFrom);
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
            // What follows damage says nothing about where the next segment should begin.
            nextOffset = scan.defect() == null ? scan.expectedOffset() : UNKNOWN;
            endOffset = nextOffset;
            if (scan.defect() != null) return cutsTornEnd(path, scan, last, size);
            Severity severity = renewed ? Severity.NOTE : Severity.DAMAGE;
            indexes(base, severity, indexes);
            aborted(base, severity, scan.expectedOffset());
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
            tally.add(Severity.DAMAGE, path, position, batch.baseOffset(), unreadable.getMessage());
        }
    }

    /** Reports where the good batches end. True where the next start cuts the log off there. */
    private boolean cutsTornEnd(Path path, BatchScan scan, boolean last, long size) {
        boolean torn = (last || crashed) && scan.expectedOffset() >= recoveryPoint;
        long rest = size - scan.position();
        String then = torn
                ? " This is a torn end of " + rest + " bytes; the next start cuts it off"
                        + (last ? "." : ", and deletes the segments behind it.")
                : " The " + rest + " bytes from there on were not looked at.";
        if (torn) endOffset = scan.expectedOffset();
        Severity severity = torn ? Severity.NOTE : Severity.DAMAGE;
        tally.add(severity, path, scan.position(), scan.expectedOffset(), scan.defect() + then);
        return torn;
    }

    private void indexes(long base, Severity severity, IndexCheck check) {
        check.end();
        if (check.offsetsDefect() != null) {
            Path path = SegmentFiles.offsetIndex(directory, base);
            tally.add(
                    severity,
                    path,
                    check.offsetsPosition(),
                    base,
                    "The offset index is wrong: " + check.offsetsDefect() + ".");
        }
        if (check.timesDefect() != null) {
            Path path = SegmentFiles.timeIndex(directory, base);
            tally.add(
                    severity,
                    path,
                    check.timesPosition(),
                    base,
                    "The time index is wrong: " + check.timesDefect() + ".");
        }
    }
}
