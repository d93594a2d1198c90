package io.letterbox.log;

import io.letterbox.disk.DataLayout;
import io.letterbox.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Opens a log after a stop, clean or not, in numbered passes. Only records past the recovery point are read, whatever
 * the size of the log; of older segments names and lengths are enough.
 *
 * <p>A torn end past the recovery point is the normal result of a crash, and is cut off. A bad batch below it was once
 * durable: that is damage, so the log is not opened and none of its records is changed.
 */
public final class LogRecovery {
    /** The result of a recovery. */
    public sealed interface RecoveryResult {}

    /**
     * The log is sound, and everything in it is durable.
     *
     * @param truncatedBytes bytes cut off behind the last good batch
     * @param batchesChecked batches read and checked, most of them past the recovery point
     */
    public record Recovered(PartitionLog log, long truncatedBytes, long batchesChecked) implements RecoveryResult {}

    /**
     * The log is damaged below its recovery point.
     *
     * @param reason a sentence for the operator, with file and position
     */
    public record Quarantined(String reason) implements RecoveryResult {}

    private final Disk disk;
    private final Path directory;
    private final LogConfig config;
    private final RecoveryRules rules;
    private final LeaderEpochCache epochs;

    private final List<Long> bases = new ArrayList<>();
    private final List<Long> sizes = new ArrayList<>();
    private final List<Segment> opened = new ArrayList<>();
    private final List<SegmentRecovery.Walked> inDoubt = new ArrayList<>();
    private final List<LeaderEpochCache.EpochEntry> foundEpochs = new ArrayList<>();
    private boolean deleted;
    private long truncatedBytes;
    private long batchesChecked;
    private long endOffset;

    private LogRecovery(Disk disk, Path directory, LogConfig config, RecoveryRules rules) throws IOException {
        this.disk = disk;
        this.directory = directory;
        this.config = config;
        this.rules = rules;
        this.epochs = LeaderEpochCache.read(disk, directory);
    }

    /**
     * Opens the log in a directory, or makes an empty one there.
     *
     * @param recoveryPoint everything below was durable; 0 when unknown
     */
    public static RecoveryResult open(
            Disk disk, Path directory, LogConfig config, long recoveryPoint, LastStop lastStop) throws IOException {
        disk.createDirectories(directory);
        RecoveryRules rules = RecoveryRules.read(disk, directory, lastStop, recoveryPoint);
        LogRecovery recovery = new LogRecovery(disk, directory, config, rules);
        RecoveryResult outcome = null;
        try {
            outcome = recovery.run();
            return outcome;
        } finally {
            // Recovery may be retried, so its descriptors must not leak.
            if (!(outcome instanceof Recovered)) for (Segment segment : recovery.opened) segment.close();
        }
    }

    private RecoveryResult run() throws IOException {
        removeStaleFiles();
        String damage = startSegments();
        if (damage == null) damage = openSegments();
        if (damage != null) return new Quarantined(damage);
        try {
            return new Recovered(finish(), truncatedBytes, batchesChecked);
        } catch (CorruptLogException found) {
            return new Quarantined(found.getMessage());
        }
    }

    /**
     * Pass 1: finishes interrupted replacements of segments and deletes half-written files. Then the segments are
     * known.
     */
    private void removeStaleFiles() throws IOException {
        // A killed process may have left names that are only in the page cache. They are forced before files are
        // deleted because of them.
        if (rules.lastStop() != LastStop.CLEAN) disk.forceDirectory(directory);
        StaleFiles stale = StaleFiles.of(disk.list(directory));
        for (String half : stale.halves()) disk.delete(directory.resolve(half));
        for (StaleFiles.Swap swap : stale.swaps()) {
            for (String replaced : swap.replaced()) disk.delete(directory.resolve(replaced));
            disk.forceDirectory(directory);
            disk.rename(directory.resolve(swap.name()), SegmentFiles.log(directory, swap.baseOffset()));
        }
        if (!stale.isEmpty()) disk.forceDirectory(directory);
        bases.addAll(stale.segments().keySet());
    }

    /** Pass 2: deletes the segments wholly below the log start offset. Returns the damage, or null. */
    private String startSegments() throws IOException {
        if (bases.isEmpty() && rules.recoveryPoint() > rules.startOffset()) {
            return DataLayout.displayName(directory) + " has no segments, though its records below offset "
                    + rules.recoveryPoint() + " were durable.";
        }
        List<Long> unwanted = bases.subList(0, rules.unwanted(bases));
        for (long base : unwanted) Segment.closed(disk, directory, base, 0, 0).delete();
        boolean changed = bases.isEmpty() || !unwanted.isEmpty();
        unwanted.clear();
        if (bases.isEmpty()) {
            Segment.create(disk, directory, rules.startOffset()).close();
            bases.add(rules.startOffset());
        }
        if (changed) disk.forceDirectory(directory);
        for (long base : bases) sizes.add(disk.size(SegmentFiles.log(directory, base)));
        return null;
    }

    /**
     * Pass 3: takes the segments below the recovery point as they are and walks the others. Returns damage, or null.
     */
    private String openSegments() throws IOException {
        SegmentRecovery recovery =
                new SegmentRecovery(disk, directory, config.indexIntervalBytes(), rules.contiguousFrom());
        int first = 0;
        while (first + 1 < bases.size() && bases.get(first + 1) <= rules.recoveryPoint()) first++;
        for (int index = 0; index < first; index++) {
            opened.add(Segment.closed(disk, directory, bases.get(index), bases.get(index + 1), sizes.get(index)));
        }
        for (int index = first; index < bases.size(); index++) {
            if (index > first && !rules.follows(bases.get(index), endOffset)) {
                if (!rules.cutsAt(endOffset)) return damaged(index, 0, gap());
                deleteFrom(index);
                break;
            }
            long trustedUpTo = index == first ? rules.recoveryPoint() : 0;
            SegmentRecovery.Walked walked = recovery.open(bases.get(index), sizes.get(index), trustedUpTo);
            opened.add(walked.segment());
            inDoubt.add(walked);
            foundEpochs.addAll(walked.epochs());
            batchesChecked += walked.batchesChecked();
            endOffset = walked.endOffset();
            if (walked.defect() != null) {
                if (!rules.cutsAt(endOffset)) return damaged(index, walked.goodBytes(), walked.defect());
                truncatedBytes += sizes.get(index) - walked.goodBytes();
                walked.segment().cutFile();
                deleteFrom(index + 1);
                break;
            }
        }
        if (endOffset >= rules.recoveryPoint()) return null;
        return DataLayout.displayName(directory) + ": " + RecoveryRules.endsEarly(endOffset, rules.recoveryPoint());
    }

    private String gap() {
        return "The segment does not begin at offset " + endOffset + ", where the one before it ends.";
    }

    private String damaged(int index, long position, String defect) {
        return DataLayout.displayName(SegmentFiles.log(directory, bases.get(index))) + " at byte " + position + ", "
                + rules.reason() + ": " + defect;
    }

    private void deleteFrom(int index) throws IOException {
        for (int gone = bases.size() - 1; gone >= index; gone--) {
            deleted = true;
            truncatedBytes += sizes.get(gone);
            Segment.closed(disk, directory, bases.get(gone), 0, 0).delete();
        }
    }

    /** Pass 4: forces the recovered segments, closes all but the last, and brings the epochs up to date. */
    private PartitionLog finish() throws IOException {
        if (rules.lastStop() == LastStop.FORCE_FAILED) {
            for (SegmentRecovery.Walked walked : inDoubt) walked.writeAgain();
        }
        // Forces even if nothing changed: a recovery that was killed may have truncated a file in the page cache only.
        boolean doubt = rules.lastStop() != LastStop.CLEAN;
        boolean news = endOffset > rules.recoveryPoint() || truncatedBytes > 0 || deleted;
        for (int index = 0; index < opened.size(); index++) {
            Segment segment = opened.get(index);
            if (segment.index().inMemory() == null) continue;
            if (news || doubt) segment.force();
            if (index == opened.size() - 1) break;
            segment.close(bases.get(index + 1));
            // Index files that could not be written are deleted; forcing the directory keeps a crash from restoring
            // them incompletely.
            news |= segment.index().inMemory() != null;
        }
        if (news) disk.forceDirectory(directory);
        // A log that lost unforced records may have a start offset beyond its end, which would hide the next records.
        if (rules.startOffset() > endOffset) {
            CheckpointFile.writeOne(disk, directory.resolve(SegmentFiles.START_OFFSET), endOffset);
        }
        epochs.truncate(endOffset);
        for (LeaderEpochCache.EpochEntry entry : foundEpochs) epochs.assign(entry.epoch(), entry.startOffset());
        PartitionLog log = new PartitionLog(
                disk, directory, config, epochs, new SegmentList(opened), rules.startOffset(), rules.contiguousFrom());
        // A start recovers very many logs, so their files are closed; the first write or read opens them again.
        for (Segment segment : opened) segment.close();
        return log;
    }
}
