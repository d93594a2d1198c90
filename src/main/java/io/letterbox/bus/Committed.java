package io.letterbox.bus;

import io.letterbox.record.TopicPartition;
import java.util.List;

/**
 * The result of one group commit for readers: each partition whose high watermark moved, once. The last stable offset
 * never moves alone, because a marker is a batch and moves the high watermark.
 *
 * @param moved the partitions and their new high watermarks
 */
public record Committed(List<Moved> moved) {
    /**
     * One partition's progress.
     *
     * @param partition the partition
     * @param highWatermark the offset after the last readable record
     * @param lastStableOffset the offset of the first record of an undecided transaction; the high watermark if there
     *     is none
     */
    public record Moved(TopicPartition partition, long highWatermark, long lastStableOffset) {}
}
