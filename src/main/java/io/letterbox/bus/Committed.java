package io.letterbox.bus;

import io.letterbox.record.TopicPartition;
import java.util.List;

/**
 * What one group commit made readable: each partition whose high watermark moved, once.
 *
 * @param moved the partitions and their new high watermarks
 */
public record Committed(List<Moved> moved) {
    /**
     * One partition's progress.
     *
     * @param partition which
     * @param highWatermark the offset after the last readable record
     */
    public record Moved(TopicPartition partition, long highWatermark) {}
}
