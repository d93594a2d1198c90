package io.letterbox.kafka.admin;

import io.letterbox.ingress.DoorServices;
import io.letterbox.kafka.api.AuthorizedOperations;
import io.letterbox.kafka.api.ClusterView;
import io.letterbox.kafka.api.KafkaRequest;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.PartitionImage;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.TopicName;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.Cursor;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponsePartition;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponseTopic;
import org.apache.kafka.common.protocol.Errors;

/**
 * DescribeTopicPartitions (KIP-966): topics in the order of their names, a number of partitions at a time, and a cursor
 * to the next page. Owned by one event loop.
 */
final class TopicPartitionPages {
    /** The most partitions of one page, even if more are asked for. */
    private static final int PAGE_PARTITIONS = 2_000;

    private final DoorServices backend;

    TopicPartitionPages(DoorServices backend) {
        this.backend = backend;
    }

    DescribeTopicPartitionsResponseData describe(KafkaRequest request) {
        DescribeTopicPartitionsRequestData data = request.body(DescribeTopicPartitionsRequestData.class);
        ClusterImage image = backend.metadata().image();
        DescribeTopicPartitionsResponseData response = new DescribeTopicPartitionsResponseData();
        int left = Math.max(1, Math.min(data.responsePartitionLimit(), PAGE_PARTITIONS));
        String first = data.cursor() == null ? "" : data.cursor().topicName();
        for (String name : names(data, image).tailSet(first)) {
            TopicImage topic = image.topics().get(name);
            if (topic == null) {
                // A topic that was deleted between two pages was not asked for by name.
                boolean asked = !data.topics().isEmpty();
                if (asked) response.topics().add(unknown(name));
                continue;
            }
            int from = name.equals(first) ? data.cursor().partitionIndex() : 0;
            if (from < 0) throw new InvalidRequestException("The cursor's partition is negative.");
            if (left == 0)
                return response.setNextCursor(new Cursor().setTopicName(name).setPartitionIndex(from));
            int until = (int) Math.min(topic.partitions().size(), (long) from + left);
            response.topics().add(described(image, topic, from, until));
            left -= Math.max(0, until - from);
            if (until < topic.partitions().size()) {
                return response.setNextCursor(new Cursor().setTopicName(name).setPartitionIndex(until));
            }
        }
        return response;
    }

    private static SortedSet<String> names(DescribeTopicPartitionsRequestData data, ClusterImage image) {
        if (data.topics().isEmpty()) return new TreeSet<>(image.topics().keySet());
        SortedSet<String> names = new TreeSet<>();
        for (TopicRequest topic : data.topics()) names.add(topic.name());
        return names;
    }

    private static DescribeTopicPartitionsResponseTopic unknown(String name) {
        Errors error = TopicName.isValid(name) ? Errors.UNKNOWN_TOPIC_OR_PARTITION : Errors.INVALID_TOPIC_EXCEPTION;
        return new DescribeTopicPartitionsResponseTopic()
                .setName(name)
                .setTopicAuthorizedOperations(AuthorizedOperations.TOPIC)
                .setErrorCode(error.code());
    }

    private static DescribeTopicPartitionsResponseTopic described(
            ClusterImage image, TopicImage topic, int from, int until) {
        List<DescribeTopicPartitionsResponsePartition> partitions = new ArrayList<>();
        for (int number = from; number < until; number++) {
            PartitionImage partition = topic.partitions().get(number);
            Errors error = partition.leader() < 0 ? Errors.LEADER_NOT_AVAILABLE : Errors.NONE;
            partitions.add(new DescribeTopicPartitionsResponsePartition()
                    .setErrorCode(error.code())
                    .setPartitionIndex(number)
                    .setLeaderId(partition.leader())
                    .setLeaderEpoch(partition.leaderEpoch())
                    .setReplicaNodes(partition.replicas())
                    .setIsrNodes(partition.isr())
                    .setEligibleLeaderReplicas(List.of())
                    .setLastKnownElr(List.of())
                    .setOfflineReplicas(ClusterView.offlineReplicas(image, partition)));
        }
        return new DescribeTopicPartitionsResponseTopic()
                .setName(topic.name())
                .setTopicId(ClusterView.id(topic.id()))
                .setIsInternal(TopicName.isInternal(topic.name()))
                .setTopicAuthorizedOperations(AuthorizedOperations.TOPIC)
                .setPartitions(partitions);
    }
}
