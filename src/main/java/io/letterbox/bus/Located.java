package io.letterbox.bus;

import io.letterbox.error.ApiException;
import io.letterbox.record.AbortedTransaction;
import java.util.List;

/**
 * Where the answer to one {@link ReadAsk} lies.
 *
 * @param file the batches, pinned: whoever gets this releases it; null where there is nothing to read or the budget is
 *     spent
 * @param status where the partition stood <em>before</em> it was looked at; null with a refusal
 * @param aborted as in {@link Slice#aborted}
 * @param refusal why the partition could not be read, as {@link LogReader#read} would fail; else null
 */
public record Located(FileSlice file, PartitionStatus status, List<AbortedTransaction> aborted, ApiException refusal) {}
