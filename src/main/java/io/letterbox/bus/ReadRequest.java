package io.letterbox.bus;

import io.letterbox.record.TopicPartition;
import java.util.UUID;

/**
 * A read request for one partition.
 *
 * @param partition the partition
 * @param topicId the expected incarnation of the topic, so that records of another one are never returned; null for any
 * @param offset the first offset wanted
 * @param maxBytes the limit for all batches, but see {@link FetchBudget} for the first one
 */
public record ReadRequest(TopicPartition partition, UUID topicId, long offset, int maxBytes) {}
