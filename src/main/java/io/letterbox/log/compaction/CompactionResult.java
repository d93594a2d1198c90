package io.letterbox.log.compaction;

import java.util.List;

/**
 * What one run of compaction made: replacements that lie beside the log as {@code .cleaned} files and wait to be
 * installed.
 *
 * @param segments in order; ranges that need no change are missing
 * @param compactedUpTo everything below this offset has now been through compaction
 * @param finished false where the map of keys was full before the plan's end, so that another run should follow
 * @param recordsRead how many records were looked at
 * @param recordsDropped how many of them are not in the replacements
 */
public record CompactionResult(
        List<CleanedSegment> segments, long compactedUpTo, boolean finished, long recordsRead, long recordsDropped) {}
