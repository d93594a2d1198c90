package io.letterbox.bus;

/**
 * A snapshot of one hosted partition.
 *
 * @param logStartOffset the first offset that can be read
 * @param highWatermark the offset after the last record that can be read
 * @param lastStableOffset the offset after the last record that {@link Isolation#COMMITTED} readers get to see; at most
 *     the high watermark
 * @param logEndOffset the offset that the next record gets; above the high watermark while a group commit runs
 * @param sizeBytes the bytes of all segments, indexes not included
 * @param segments how many segments there are
 * @param quarantine why the partition refuses to serve, or null where it is sound
 */
public record PartitionStatus(
        long logStartOffset,
        long highWatermark,
        long lastStableOffset,
        long logEndOffset,
        long sizeBytes,
        int segments,
        String quarantine) {
    /** The end of what a reader gets to see. */
    public long readableEnd(Isolation isolation) {
        return isolation == Isolation.COMMITTED ? lastStableOffset : highWatermark;
    }
}
