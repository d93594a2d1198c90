package io.letterbox.metadata;

import java.util.Map;
import java.util.SortedMap;

/**
 * Everything the cluster has agreed on at one point of the metadata log. Immutable.
 *
 * @param version how many commands have been applied; grows by one with each
 * @param clusterId made once, at the first start
 * @param nodes the nodes by id
 * @param topics the topics by name, in order of name
 */
public record ClusterImage(
        long version, String clusterId, Map<Integer, NodeImage> nodes, SortedMap<String, TopicImage> topics) {}
