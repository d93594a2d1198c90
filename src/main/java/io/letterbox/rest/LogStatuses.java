package io.letterbox.rest;

import io.letterbox.bus.LogReader;
import io.letterbox.bus.PartitionStatus;
import io.letterbox.ingress.DoorServices;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Future;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * What partitions have, for one answer. Their leaders were asked: a replica that is behind does not know the end of its
 * log. Owned by one event loop.
 */
final class LogStatuses {
    private final Map<TopicPartition, PartitionStatus> confirmed;
    private final LogReader reader;

    private LogStatuses(Map<TopicPartition, PartitionStatus> confirmed, LogReader reader) {
        this.confirmed = confirmed;
        this.reader = reader;
    }

    /** Those of all partitions of topics. Never fails. */
    static Future<LogStatuses> ofTopics(DoorServices backend, Collection<TopicImage> topics) {
        Map<TopicPartition, UUID> asked = new HashMap<>();
        for (TopicImage topic : topics) {
            for (int number = 0; number < topic.partitions().size(); number++)
                asked.put(new TopicPartition(topic.name(), number), topic.id());
        }
        return ask(backend, asked);
    }

    /** Those of partitions; of those that do not exist there is none. Never fails. */
    static Future<LogStatuses> of(DoorServices backend, Collection<TopicPartition> partitions) {
        ClusterImage image = backend.metadata().image();
        Map<TopicPartition, UUID> asked = new HashMap<>();
        for (TopicPartition partition : partitions) {
            TopicImage topic = image.topics().get(partition.topic());
            if (topic != null) asked.put(partition, topic.id());
        }
        return ask(backend, asked);
    }

    private static Future<LogStatuses> ask(DoorServices backend, Map<TopicPartition, UUID> asked) {
        return backend.partitions().statuses(asked).map(found -> new LogStatuses(found, backend.reader()));
    }

    /** What a partition's leader has said, or what the replica here has if it could not be asked; null if neither. */
    PartitionStatus of(TopicPartition partition) {
        PartitionStatus said = confirmed.get(partition);
        return said == null ? reader.status(partition) : said;
    }

    /** What a partition's leader has said; null if it could not be asked. */
    PartitionStatus confirmed(TopicPartition partition) {
        return confirmed.get(partition);
    }
}
