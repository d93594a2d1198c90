package io.letterbox.cluster.forwarding;

import io.letterbox.access.Principal;
import io.letterbox.audit.Actor;
import io.letterbox.bus.ActiveProducer;
import io.letterbox.bus.Appended;
import io.letterbox.bus.PartitionStatus;
import io.letterbox.bus.Partitions;
import io.letterbox.coordinator.CoordinatorCommand;
import io.letterbox.error.VerificationGuard;
import io.letterbox.metadata.QuorumStatus;
import io.letterbox.record.TopicPartition;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * What a node asks another one about partitions that it leads, as {@link Partitions} describes it.
 *
 * @param <R> the answer
 */
sealed interface PartitionRequest<R> {
    /** Append a batch. */
    record AppendBatch(
            TopicPartition partition, int recordCount, Principal principal, VerificationGuard guard, ByteBuffer batch)
            implements PartitionRequest<Appended> {}

    /** Delete the records before an offset. */
    record DeleteRecords(TopicPartition partition, long beforeOffset, Actor by) implements PartitionRequest<Long> {}

    /** Describe the producers of a partition. */
    record DescribeProducers(TopicPartition partition) implements PartitionRequest<List<ActiveProducer>> {}

    /**
     * Find a producer in those partitions of a topic that the node leads. The answer has no entry for others.
     *
     * @param partitions how many partitions the topic has
     */
    record FindProducer(String topic, int partitions, long producerId)
            implements PartitionRequest<Map<Integer, Integer>> {}

    /**
     * Say what partitions have.
     *
     * @param incarnations the partitions, each with the id of its topic
     * @param led whether the node answers only for those that it leads, after it has proven that; otherwise for all
     *     that are open there
     */
    record DescribeStatuses(Map<TopicPartition, UUID> incarnations, boolean led)
            implements PartitionRequest<Map<TopicPartition, PartitionStatus>> {}

    /** Say who agrees on the metadata; null if the node is not the controller. */
    record DescribeQuorum() implements PartitionRequest<QuorumStatus> {}

    /** Ask the coordinator of a partition. On the wire, the command follows behind the other components. */
    record AskCoordinator<R>(TopicPartition partition, Principal principal, CoordinatorCommand<R> command)
            implements PartitionRequest<R> {}
}
