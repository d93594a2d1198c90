package io.letterbox.sse;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.http.JsonBytes;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.TopicPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * The partitions of a subscription according to one image of the cluster, in a fixed order. Immutable but for the
 * scratch space of its cursor writer; owned by one event loop.
 */
final class PartitionLayout {
    /** One topic's partitions within the layout. */
    private record Topic(String name, UUID id, int nameTag, int idTag, int firstIndex, int firstPartition, int count) {}

    private final List<Topic> topics;
    private final TopicPartition[] partitions;
    private final int[] topicOf;
    private final Cursor.Writer cursor = new Cursor.Writer();
    private boolean shared;

    private PartitionLayout(List<Topic> topics, int size) {
        this.topics = topics;
        this.partitions = new TopicPartition[size];
        this.topicOf = new int[size];
        for (int t = 0; t < topics.size(); t++) {
            Topic topic = topics.get(t);
            for (int i = 0; i < topic.count; i++) {
                partitions[topic.firstIndex + i] = new TopicPartition(topic.name, topic.firstPartition + i);
                topicOf[topic.firstIndex + i] = t;
            }
        }
    }

    /**
     * Resolves the topics of a subscription.
     *
     * @throws ApiException UNKNOWN_TOPIC, UNKNOWN_PARTITION, or POLICY_VIOLATION for more partitions than one stream
     *     may have
     */
    static PartitionLayout of(Subscription subscription, ClusterImage image) {
        if (subscription.share() != null) return ofShare(subscription, image);
        List<Topic> topics = new ArrayList<>(subscription.topics().size());
        int size = 0;
        for (String name : subscription.topics()) {
            TopicImage topic = image.topics().get(name);
            if (topic == null) throw new ApiException(ErrorCode.UNKNOWN_TOPIC, "There is no topic " + name + ".");
            int count = topic.partitions().size();
            int first = 0;
            if (subscription.partition() != Subscription.ALL_PARTITIONS) {
                first = subscription.partition();
                if (first >= count) {
                    throw new ApiException(
                            ErrorCode.UNKNOWN_PARTITION,
                            "Topic " + name + " has no partition " + first + ", it has " + count + ", from 0.");
                }
                count = 1;
            }
            topics.add(new Topic(name, topic.id(), Cursor.tag(name), Cursor.tag(topic.id()), size, first, count));
            size += count;
        }
        if (size > DeliveryLimits.PARTITIONS_PER_SUBSCRIPTION) {
            throw new ApiException(
                    ErrorCode.POLICY_VIOLATION,
                    "One connection can follow " + DeliveryLimits.PARTITIONS_PER_SUBSCRIPTION
                            + " partitions, these topics have " + size + ".");
        }
        return new PartitionLayout(topics, size);
    }

    /**
     * A member's share has all topics of the subscription, so that a deletion is noticed, but only the member's
     * partitions.
     */
    private static PartitionLayout ofShare(Subscription subscription, ClusterImage image) {
        List<Topic> topics = new ArrayList<>(subscription.topics().size());
        for (String name : subscription.topics()) {
            TopicImage topic = image.topics().get(name);
            if (topic == null) throw new ApiException(ErrorCode.UNKNOWN_TOPIC, "There is no topic " + name + ".");
            topics.add(new Topic(name, topic.id(), Cursor.tag(name), Cursor.tag(topic.id()), 0, 0, 0));
        }
        PartitionLayout layout =
                new PartitionLayout(topics, subscription.share().partitions().size());
        layout.shared = true;
        int index = 0;
        for (TopicPartition partition : subscription.share().partitions()) {
            layout.topicOf[index] = subscription.topics().indexOf(partition.topic());
            layout.partitions[index++] = partition;
        }
        return layout;
    }

    /** True if the partitions are a group member's share. */
    boolean isShared() {
        return shared;
    }

    /** How many partitions there are. */
    int size() {
        return partitions.length;
    }

    TopicPartition partition(int index) {
        return partitions[index];
    }

    /** The index of a partition, or -1. */
    int indexOf(TopicPartition partition) {
        for (int i = 0; i < partitions.length; i++) if (partitions[i].equals(partition)) return i;
        return -1;
    }

    int topicCount() {
        return topics.size();
    }

    String topicName(int topic) {
        return topics.get(topic).name;
    }

    /** Which topic a partition belongs to. */
    int topicOf(int index) {
        return topicOf[index];
    }

    int nameTag(int index) {
        return topics.get(topicOf[index]).nameTag;
    }

    int incarnationTag(int index) {
        return topics.get(topicOf[index]).idTag;
    }

    /**
     * Appends the id of an event: the cursor behind its record or, for a group member, the record itself
     * ({@code topic/partition/offset}), because that is what the client acknowledges.
     */
    void writeId(JsonBytes out, int index, long[] next, long offset) {
        if (!shared) {
            writeCursor(out, next);
            return;
        }
        out.ascii(partitions[index].topic()).ascii('/').number(partitions[index].partition());
        out.ascii('/').number(offset);
    }

    /** Appends the cursor of a position. */
    void writeCursor(JsonBytes out, long[] next) {
        cursor.begin();
        int index = 0;
        for (Topic topic : topics) {
            cursor.topic(topic.nameTag, topic.idTag, topic.firstPartition, topic.count);
            for (int i = 0; i < topic.count; i++) cursor.offset(next[index++]);
        }
        cursor.writeTo(out);
    }

    /** The topics that the image does not have, or has under another id. */
    List<String> deletedTopics(ClusterImage image) {
        List<String> gone = new ArrayList<>();
        for (Topic topic : topics) {
            TopicImage now = image.topics().get(topic.name);
            if (now == null || !now.id().equals(topic.id)) gone.add(topic.name);
        }
        return gone;
    }

    /** True if both layouts have the same incarnations of the same topics, and this one at least as many partitions. */
    boolean continues(PartitionLayout earlier) {
        if (topics.size() != earlier.topics.size()) return false;
        for (int t = 0; t < topics.size(); t++) {
            if (!topics.get(t).id.equals(earlier.topics.get(t).id)) return false;
        }
        return true;
    }

    /** Maps offsets of an earlier layout that this one {@link #continues}; new partitions start at their beginning. */
    long[] carryOver(PartitionLayout earlier, long[] offsets) {
        long[] carried = new long[partitions.length];
        for (int t = 0; t < topics.size(); t++) {
            Topic from = earlier.topics.get(t);
            System.arraycopy(offsets, from.firstIndex, carried, topics.get(t).firstIndex, from.count);
        }
        return carried;
    }
}
