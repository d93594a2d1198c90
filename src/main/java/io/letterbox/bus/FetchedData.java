package io.letterbox.bus;

import io.letterbox.error.ApiException;
import io.letterbox.record.AbortedTransaction;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The answer to one {@link ReadRequest}: batches in memory or in a file, nothing, or a refusal.
 *
 * @param batches as in {@link Slice#batches}, or null
 * @param file the batches as a pinned file region, which the receiver has to release; or null
 * @param nextOffset as in {@link Slice#nextOffset}; -1 if there are no batches
 * @param status the status of the partition <em>before</em> it was read; null with a refusal
 * @param aborted as in {@link Slice#aborted}
 * @param refusal why the partition could not be read, as {@link LogReader#read} would fail; else null
 */
public record FetchedData(
        ByteBuffer batches,
        FileSlice file,
        long nextOffset,
        PartitionStatus status,
        List<AbortedTransaction> aborted,
        ApiException refusal) {
    /** The answer if there is nothing to read, or the budget is spent. */
    public static FetchedData nothing(PartitionStatus status) {
        return new FetchedData(null, null, -1, status, List.of(), null);
    }

    /** The answer if the partition cannot be read. */
    public static FetchedData refused(ApiException refusal) {
        return new FetchedData(null, null, -1, null, List.of(), refusal);
    }

    /** The size of the batches. */
    public int sizeBytes() {
        if (file != null) return file.sizeBytes();
        return batches == null ? 0 : batches.remaining();
    }

    /** Releases the file region if the batches are not sent. */
    public void release() {
        if (file != null) file.release();
    }
}
