package io.letterbox.bus;

import io.letterbox.record.TopicPartition;

/**
 * What is wanted of one partition.
 *
 * @param partition which
 * @param offset the first offset wanted
 * @param maxBytes at most so many bytes, but see {@link FetchBudget} for the first batch
 */
public record ReadAsk(TopicPartition partition, long offset, int maxBytes) {}
