package io.letterbox.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a topic is that says nothing about itself.
 *
 * @param autoCreate whether the first publish to a name makes a topic of it
 * @param partitions of a topic that is created without saying how many, 1 to 4096
 * @param defaults settings under Kafka's names, such as {@code retention.ms}, for topics that do not set them
 */
public record TopicsConfig(boolean autoCreate, int partitions, Map<String, String> defaults) {
    public TopicsConfig {
        Check.range("topics.partitions", partitions, 1, 4096);
        defaults = Collections.unmodifiableMap(new LinkedHashMap<>(defaults));
    }

    static TopicsConfig standard() {
        return new TopicsConfig(true, 1, Map.of());
    }
}
