package io.letterbox.log.compaction;

import java.util.List;

/**
 * The result of one compaction run: replacements in {@code .cleaned} files beside the log, ready to be installed.
 *
 * @param segments in order; ranges that need no change are missing
 * @param compactedUpTo everything below this offset is compacted now
 * @param finished false if the map of keys was full before the plan's end, so that another run should follow
 * @param recordsRead how many records were read
 * @param recordsDropped how many of them are not in the replacements
 */
public record CompactionResult(
        List<CleanedSegment> segments, long compactedUpTo, boolean finished, long recordsRead, long recordsDropped) {}
