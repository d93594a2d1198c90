package io.letterbox.groups.consumer;

import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.TopicImage;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;

/** The topics of one cluster image, with lookups for groups. Immutable. */
public final class Topics {
    private final ClusterImage image;
    private final Map<Uuid, TopicImage> byId = new HashMap<>();

    public Topics(ClusterImage image) {
        this.image = image;
        for (TopicImage topic : image.topics().values()) byId.put(id(topic), topic);
    }

    /** A topic's id as Kafka's type. */
    public static Uuid id(TopicImage topic) {
        return new Uuid(topic.id().getMostSignificantBits(), topic.id().getLeastSignificantBits());
    }

    /** True if this is the view of that image. */
    boolean isOf(ClusterImage other) {
        return image == other;
    }

    long version() {
        return image.version();
    }

    ClusterImage image() {
        return image;
    }

    /** A topic by name, or null. */
    public TopicImage named(String name) {
        return image.topics().get(name);
    }

    /** The name of a topic, or null if there is no topic with this id. */
    public String name(Uuid id) {
        TopicImage topic = byId.get(id);
        return topic == null ? null : topic.name();
    }

    /** How many partitions a topic has; 0 if there is no topic with this id. */
    int partitions(Uuid id) {
        TopicImage topic = byId.get(id);
        return topic == null ? 0 : topic.partitions().size();
    }

    /** The partitions by the names of their topics, without those of deleted topics. */
    public Map<String, SortedSet<Integer>> named(PartitionSet set) {
        Map<String, SortedSet<Integer>> named = new TreeMap<>();
        set.byTopic().forEach((id, partitions) -> {
            String name = name(id);
            if (name != null) named.put(name, partitions);
        });
        return named;
    }

    /**
     * The hash of what an assignment depends on: the ids and numbers of partitions of the subscribed topics that exist.
     *
     * @param names in order
     */
    long hash(Set<String> names) {
        long hash = 1;
        for (String name : names) {
            TopicImage topic = named(name);
            if (topic == null) continue;
            hash = mix(hash ^ topic.id().getMostSignificantBits());
            hash = mix(hash ^ topic.id().getLeastSignificantBits());
            hash = mix(hash ^ topic.partitions().size());
        }
        return hash;
    }

    /** The finalizer of SplitMix64. */
    private static long mix(long value) {
        long z = value + 0x9e3779b97f4a7c15L;
        z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }
}
