package io.letterbox.log;

import io.letterbox.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The rules by which a start decides what becomes of a log, from the files found in its directory and before any of
 * them is changed. {@link LogRecovery} carries the decisions out, {@code log check} predicts them.
 *
 * @param recoveryPoint everything below was durable in the log's own files; 0 when unknown
 * @param startOffset the log start offset
 * @param contiguousFrom from this offset on no offset may be missing; below it compaction may have left gaps
 */
public record RecoveryRules(LastStop lastStop, long recoveryPoint, long startOffset, long contiguousFrom) {

    /** Reads the checkpoint files of a log's directory. */
    public static RecoveryRules read(Disk disk, Path directory, LastStop lastStop, long recoveryPoint)
            throws IOException {
        return new RecoveryRules(
                lastStop,
                recoveryPoint,
                CheckpointFile.readOne(disk, directory.resolve(SegmentFiles.START_OFFSET), 0),
                CheckpointFile.readOne(disk, directory.resolve(SegmentFiles.COMPACTED_UP_TO), 0));
    }

    /** How many of the first segments are wholly below the log start offset. They are deleted without being read. */
    public int unwanted(List<Long> baseOffsets) {
        int count = 0;
        while (count + 1 < baseOffsets.size() && baseOffsets.get(count + 1) <= startOffset) count++;
        return count;
    }

    /** Whether the index files of a segment that ends at an offset are rebuilt without being read. */
    public boolean renewsIndexes(long nextOffset) {
        return lastStop != LastStop.CLEAN && nextOffset > recoveryPoint;
    }

    /** Whether a segment may follow one that ends at an offset. */
    public boolean follows(long baseOffset, long endOffset) {
        return baseOffset == endOffset || baseOffset > endOffset && endOffset < contiguousFrom;
    }

    /** Whether a log whose good batches end at an offset is cut there. If not, the bytes behind them are damage. */
    public boolean cutsAt(long endOffset) {
        return lastStop != LastStop.CLEAN && endOffset >= recoveryPoint;
    }

    /** Why a bad batch counts as damage if the log is not cut, as part of a sentence. */
    String reason() {
        return lastStop == LastStop.CLEAN ? "after a clean stop" : "below the recovery point " + recoveryPoint;
    }

    /** The message for a log that lacks durable records. */
    public static String endsEarly(long endOffset, long durableUpTo) {
        return "The log ends at offset " + endOffset + ", though its records below offset " + durableUpTo
                + " were durable.";
    }
}
