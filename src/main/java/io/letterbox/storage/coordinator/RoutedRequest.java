package io.letterbox.storage.coordinator;

import io.letterbox.coordinator.CoordinatorRequest;
import io.letterbox.record.TopicPartition;

/**
 * A question on its way to a coordinator, sent to the shard's address. The answer's way back is in the ask.
 *
 * @param partition the partition of the internal topic whose coordinator is asked
 * @param ask what is asked
 */
public record RoutedRequest(TopicPartition partition, CoordinatorRequest<?> ask) {}
