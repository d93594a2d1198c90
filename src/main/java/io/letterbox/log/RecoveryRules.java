package io.letterbox.log;

import io.letterbox.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * What a start makes of a log, said of what is found and before anything is done: {@link LogRecovery} performs it, and
 * {@code log check} foretells it.
 *
 * @param recoveryPoint everything below was durable in the log's own files; 0 when unknown
 * @param startOffset nobody wants what lies below
 * @param contiguousFrom from this offset on no offset may be missing; below it compaction may have left gaps
 */
public record RecoveryRules(LastStop lastStop, long recoveryPoint, long startOffset, long contiguousFrom) {

    /** Reads what the log's directory says of it. */
    public static RecoveryRules read(Disk disk, Path directory, LastStop lastStop, long recoveryPoint)
            throws IOException {
        return new RecoveryRules(
                lastStop,
                recoveryPoint,
                CheckpointFile.readOne(disk, directory.resolve(SegmentFiles.START_OFFSET), 0),
                CheckpointFile.readOne(disk, directory.resolve(SegmentFiles.COMPACTED_UP_TO), 0));
    }

    /** How many of the first segments are wholly below the log start offset. They are deleted, whatever is in them. */
    public int unwanted(List<Long> baseOffsets) {
        int count = 0;
        while (count + 1 < baseOffsets.size() && baseOffsets.get(count + 1) <= startOffset) count++;
        return count;
    }

    /** Whether the index files of a segment that reaches up to an offset are made anew, whatever is in them. */
    public boolean renewsIndexes(long nextOffset) {
        return lastStop != LastStop.CLEAN && nextOffset > recoveryPoint;
    }

    /** Whether a segment may follow on one whose last record is before an offset. */
    public boolean follows(long baseOffset, long endOffset) {
        return baseOffset == endOffset || baseOffset > endOffset && endOffset < contiguousFrom;
    }

    /**
     * Whether a log whose good batches end at an offset is cut off there. Otherwise, what follows on them is damage.
     */
    public boolean cutsAt(long endOffset) {
        return lastStop != LastStop.CLEAN && endOffset >= recoveryPoint;
    }

    /** What makes it damage where the log is not cut, for a sentence. */
    String reason() {
        return lastStop == LastStop.CLEAN ? "after a clean stop" : "below the recovery point " + recoveryPoint;
    }

    /** What is wrong with a log that lacks what it had. */
    public static String endsEarly(long endOffset, long durableUpTo) {
        return "The log ends at offset " + endOffset + ", though its records below offset " + durableUpTo
                + " were durable.";
    }
}
