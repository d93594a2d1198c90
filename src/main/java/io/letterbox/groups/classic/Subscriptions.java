package io.letterbox.groups.classic;

import io.letterbox.record.TopicPartition;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;

/** Reads the subscriptions and assignments of consumers, which other protocol types do not have. */
final class Subscriptions {
    static final String PROTOCOL_TYPE = ConsumerProtocol.PROTOCOL_TYPE;

    /**
     * A group that subscribes to more topics counts as subscribed to all: a name takes more memory here than in a
     * request.
     */
    private static final int MAX_TOPICS = 10_000;

    private Subscriptions() {}

    /** The topics that the members subscribe to; null if unknown. */
    static Set<String> of(ClassicGroup group) {
        if (!group.isOfConsumers()) return null;
        Set<String> topics = new HashSet<>();
        if (group.size() > 0 && group.protocol() == null) return null;
        try {
            for (ClassicMember member : group.members()) {
                ByteBuffer metadata = ByteBuffer.wrap(member.metadata(group.protocol()));
                ConsumerProtocol.deserializeVersion(metadata);
                // Version 0 is a prefix of all others, so metadata of newer clients can be read, too.
                topics.addAll(ConsumerProtocol.deserializeConsumerProtocolSubscription(metadata, (short) 0)
                        .topics());
                if (topics.size() > MAX_TOPICS) return null;
            }
        } catch (RuntimeException notOurs) {
            // The generated readers throw various RuntimeExceptions for malformed bytes.
            return null;
        }
        return topics;
    }

    /** The partitions in a leader's assignment for a member; none if it cannot be read. */
    static SortedSet<TopicPartition> assigned(byte[] assignment) {
        SortedSet<TopicPartition> partitions = new TreeSet<>();
        if (assignment.length == 0) return partitions;
        try {
            ByteBuffer bytes = ByteBuffer.wrap(assignment);
            ConsumerProtocol.deserializeVersion(bytes);
            ConsumerProtocol.deserializeConsumerProtocolAssignment(bytes, (short) 0)
                    .assignedPartitions()
                    .forEach(topic -> topic.partitions()
                            .forEach(number -> partitions.add(new TopicPartition(topic.topic(), number))));
        } catch (RuntimeException notOurs) {
            return new TreeSet<>();
        }
        return partitions;
    }
}
