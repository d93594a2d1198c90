package io.letterbox.log.compaction;

import io.letterbox.log.AbortedView;
import io.letterbox.log.LogConfig;
import io.letterbox.log.Segment;
import java.nio.file.Path;
import java.util.List;

/**
 * The input of one compaction run. Made on the log's own thread and carried out on another, because closed segments
 * never change.
 *
 * @param segments closed segments in order, from the log's first one on, all below the high watermark
 * @param dirtyFrom records below this offset have been compacted before
 * @param sizeBytes the bytes of the segments; as much free space may be needed while both versions exist
 * @param wallMs the time, in milliseconds since 1970, that counts for tombstones
 * @param directory the partition's directory
 * @param aborted the aborted transactions, whose records are dropped
 * @param lastBatches the batches that stay because they are the last ones of their producers
 * @param config the log's settings when the plan was made
 */
public record CompactionPlan(
        List<Segment> segments,
        long dirtyFrom,
        long sizeBytes,
        long wallMs,
        Path directory,
        AbortedView aborted,
        LastProducerBatches lastBatches,
        LogConfig config) {
    /** The offset after the last record that may be compacted. */
    public long end() {
        return segments.get(segments.size() - 1).nextOffset();
    }
}
