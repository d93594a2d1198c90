package io.letterbox.bus;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.record.TopicPartition;
import java.util.Map;

/**
 * A snapshot of one hosted partition.
 *
 * @param logStartOffset the first offset that can be read
 * @param highWatermark the offset after the last record that can be read
 * @param lastStableOffset the end of the records that {@link Isolation#COMMITTED} readers see; at most the high
 *     watermark
 * @param logEndOffset the offset that the next record gets; above the high watermark while a group commit runs
 * @param sizeBytes the bytes of all segments, indexes not included
 * @param segments how many segments there are
 * @param quarantine why the partition does not serve, or null if it does
 * @param offline true if that may pass by itself, because opening the log failed and is retried
 */
public record PartitionStatus(
        long logStartOffset,
        long highWatermark,
        long lastStableOffset,
        long logEndOffset,
        long sizeBytes,
        int segments,
        String quarantine,
        boolean offline) {

    /** The answer to every request while the partition does not serve; null if it does. */
    public ApiException refusal(TopicPartition id) {
        if (quarantine == null) return null;
        return offline
                ? new ApiException(
                        ErrorCode.PARTITION_OFFLINE,
                        id + " cannot be opened yet, which is tried again until it can: " + quarantine)
                : new ApiException(ErrorCode.PARTITION_QUARANTINED, id + " is quarantined: " + quarantine);
    }

    /**
     * The refusal of an offset that is not in the log.
     *
     * @param detail a whole sentence for a person
     */
    public ApiException outOfRange(String detail) {
        return new ApiException(
                ErrorCode.OFFSET_OUT_OF_RANGE,
                detail,
                Map.of("logStartOffset", logStartOffset, "highWatermark", highWatermark));
    }

    /** The end of the records that a reader sees. */
    public long readableEnd(Isolation isolation) {
        return isolation == Isolation.COMMITTED ? lastStableOffset : highWatermark;
    }
}
