package io.letterbox.log;

import io.letterbox.error.ApiException;
import io.letterbox.log.LogInspector.Finding;
import io.letterbox.log.LogInspector.Severity;
import io.letterbox.log.producers.ProducerLimits;
import io.letterbox.log.producers.ProducerSnapshot;
import io.letterbox.record.RecordBatch;
import io.letterbox.record.RecordCursor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** Reads one partition's directory for {@link LogInspector} from front to back. Used once. */
final class PartitionInspection {
    private static final long UNKNOWN = -1;
    private static final long PROGRESS_BYTES = 1 << 20;

    private final Disk disk;
    private final Path directory;
    private long recoveryPoint;
    private final LogInspector.Listener listener;
    private final LogInspector.Dump dump;
    private final long fromOffset;
    private final Tally tally;
    private long nextOffset = UNKNOWN;

    /** Below it compaction may have left gaps. */
    private long contiguousFrom;

    /** What has been met so far, over all partitions. */
    static final class Tally {
        private int partitions;
        private int segments;
        private long bytes;
        private long batches;
        private long records;
        private int notes;
        private int damages;

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

    /** @param durableUpTo what is not valid at or above this offset is a torn end, if the log ends there */
    void run(long durableUpTo) throws IOException {
        recoveryPoint = durableUpTo;
        tally.partitions++;
        List<String> names = disk.list(directory);
        leftovers(names);
        snapshots(names);
        contiguousFrom = Checkpoint.readOne(disk, directory.resolve(SegmentFiles.COMPACTED_UP_TO), 0);
        List<Long> bases = names.stream()
                .map(name -> SegmentFiles.baseOffset(name, SegmentFiles.LOG))
                .filter(base -> base >= 0)
                .sorted()
                .collect(Collectors.toList());
        for (int i = 0; i < bases.size(); i++) {
            boolean last = i == bases.size() - 1;
            // A dump from the middle passes over what lies wholly before.
            if (dump != null && !last && bases.get(i + 1) <= fromOffset) continue;
            segment(bases.get(i), last);
        }
    }

    private void leftovers(List<String> names) {
        for (String name : names) {
            if (name.endsWith(SegmentFiles.SWAP) || name.endsWith(SegmentFiles.CLEANED)) {
                Path file = directory.resolve(name);
                add(
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
            add(Severity.NOTE, file, -1, -1, what);
        }
    }

    /** Entries of the last segment that were not forced may be torn, and are found in the log again. */
    private void aborted(long base, boolean last, long endOffset) throws IOException {
        Path path = SegmentFiles.abortedIndex(directory, base);
        ByteBuffer bytes = SegmentIndexes.content(disk, path);
        AbortedIndex.decode(bytes, base, endOffset);
        if (!bytes.hasRemaining()) return;
        String what = "The index of aborted transactions is wrong: this is none of the segment.";
        add(last ? Severity.NOTE : Severity.DAMAGE, path, bytes.position(), base, what);
    }

    private void segment(long base, boolean last) throws IOException {
        Path path = SegmentFiles.log(directory, base);
        if (nextOffset > base) {
            String what = "The segment begins at offset " + base + ", but the one before reaches up to " + nextOffset;
            add(Severity.DAMAGE, path, -1, base, what + ".");
        } else if (nextOffset >= 0 && nextOffset < base && nextOffset >= contiguousFrom) {
            add(Severity.DAMAGE, path, -1, base, "The offsets " + nextOffset + " to " + (base - 1) + " are missing.");
        }
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
                batch(path, scan);
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
            if (scan.defect() != null) defect(path, scan, last, size);
            if (scan.defect() == null) {
                indexes(base, last, indexes);
                aborted(base, last, scan.expectedOffset());
            }
        }
    }

    private void batch(Path path, BatchScan scan) {
        RecordBatch batch = scan.batch();
        tally.batches++;
        tally.records += batch.recordCount();
        if (dump != null && batch.lastOffset() >= fromOffset) dump.batch(path, scan.position(), batch);
        if (batch.isControl()) return;
        try (RecordCursor record = new RecordCursor(scan.bytes(), 0)) {
            while (record.next()) {
                if (dump != null && record.offset() >= fromOffset) dump.record(path, record);
            }
        } catch (ApiException unreadable) {
            add(Severity.DAMAGE, path, scan.position(), batch.baseOffset(), unreadable.getMessage());
        }
    }

    private void defect(Path path, BatchScan scan, boolean last, long size) {
        boolean torn = last && scan.expectedOffset() >= recoveryPoint;
        long rest = size - scan.position();
        String what = torn
                ? scan.defect() + " This is a torn end of " + rest + " bytes; the next start cuts it off."
                : scan.defect() + " The " + rest + " bytes from there on were not looked at.";
        add(torn ? Severity.NOTE : Severity.DAMAGE, path, scan.position(), scan.expectedOffset(), what);
    }

    /** The indexes of the last segment lag behind until the server stops; a wrong one is made anew when it is met. */
    private void indexes(long base, boolean last, IndexCheck check) {
        check.end();
        Severity severity = last ? Severity.NOTE : Severity.DAMAGE;
        if (check.offsetsDefect() != null) {
            Path path = SegmentFiles.offsetIndex(directory, base);
            add(
                    severity,
                    path,
                    check.offsetsPosition(),
                    base,
                    "The offset index is wrong: " + check.offsetsDefect() + ".");
        }
        if (check.timesDefect() != null) {
            Path path = SegmentFiles.timeIndex(directory, base);
            add(severity, path, check.timesPosition(), base, "The time index is wrong: " + check.timesDefect() + ".");
        }
    }

    private void add(Severity severity, Path file, long position, long offset, String what) {
        if (severity == Severity.NOTE) tally.notes++;
        else tally.damages++;
        listener.finding(new Finding(severity, file, position, offset, what));
    }
}
