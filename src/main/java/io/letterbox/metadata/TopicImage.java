package io.letterbox.metadata;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * One topic. Immutable.
 *
 * @param name the topic's name
 * @param id the topic's id: a topic that is deleted and made again has another one
 * @param partitions the partitions; the index is the partition's number
 * @param config the topic's own settings and the defaults for the rest
 * @param formerSizes how many partitions the topic had before it got more, ascending; the last
 *     {@link #MAX_FORMER_SIZES} of them. Keys that were hashed with one of these numbers can be found with it
 */
public record TopicImage(
        String name, UUID id, List<PartitionImage> partitions, TopicConfig config, List<Integer> formerSizes) {
    /** How many changes of the number of partitions are remembered. */
    public static final int MAX_FORMER_SIZES = 16;

    /** A topic whose number of partitions has never changed. */
    public TopicImage(String name, UUID id, List<PartitionImage> partitions, TopicConfig config) {
        this(name, id, partitions, config, List.of());
    }

    TopicImage withConfig(TopicConfig newConfig) {
        return new TopicImage(name, id, partitions, newConfig, formerSizes);
    }

    /** This topic with other states of its partitions. */
    TopicImage withStates(List<PartitionImage> states) {
        return new TopicImage(name, id, states, config, formerSizes);
    }

    /** @param more the new partitions, which follow the existing ones */
    TopicImage grown(List<PartitionImage> more) {
        List<PartitionImage> all = new ArrayList<>(partitions);
        all.addAll(more);
        List<Integer> sizes = new ArrayList<>(formerSizes);
        sizes.add(partitions.size());
        int from = Math.max(0, sizes.size() - MAX_FORMER_SIZES);
        return new TopicImage(name, id, List.copyOf(all), config, List.copyOf(sizes.subList(from, sizes.size())));
    }
}
