package io.letterbox.bus;

import io.letterbox.record.TopicPartition;
import java.util.List;

/**
 * What one group commit made readable: each partition whose high watermark moved, once. Where only the
 * last stable offset could move, the high watermark moves, too: a marker is a batch.
 *
 * @param moved the partitions and their new high watermarks
 */
public record Committed(List<Moved> moved) {
    /**
     * One partition's progress.
     *
     * @param partition which
     * @param highWatermark the offset after the last readable record
     * @param lastStableOffset the offset of the first record of an undecided transaction; the high watermark where there
     *     is none
     */
    public record Moved(TopicPartition partition, long highWatermark, long lastStableOffset) {}
}
