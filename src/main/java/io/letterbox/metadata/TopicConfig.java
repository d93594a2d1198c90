package io.letterbox.metadata;

import java.util.Map;

/**
 * A topic's settings, under Kafka's names.
 *
 * @param overrides what was set for this topic, canonical texts by key
 */
public record TopicConfig(Map<String, String> overrides) {}
