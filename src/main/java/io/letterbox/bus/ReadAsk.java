package io.letterbox.bus;

import io.letterbox.record.TopicPartition;
import java.util.UUID;

/**
 * What is wanted of one partition.
 *
 * @param partition which
 * @param topicId the topic's incarnation that is meant, so that never another one's records are returned; null: any
 * @param offset the first offset wanted
 * @param maxBytes at most so many bytes, but see {@link FetchBudget} for the first batch
 */
public record ReadAsk(TopicPartition partition, UUID topicId, long offset, int maxBytes) {}
