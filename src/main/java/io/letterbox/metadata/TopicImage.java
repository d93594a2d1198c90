package io.letterbox.metadata;

import java.util.List;
import java.util.UUID;

/**
 * One topic. Immutable.
 *
 * @param name the topic's name
 * @param id the topic's incarnation: a topic that is deleted and made again has another one
 * @param partitions the partitions; the index is the partition's number
 * @param config the topic's own settings and the defaults for the rest
 */
public record TopicImage(String name, UUID id, List<PartitionImage> partitions, TopicConfig config) {}
