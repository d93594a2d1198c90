package io.letterbox.config;

import io.letterbox.error.ApiException;
import io.letterbox.metadata.TopicConfigKey;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a topic is that says nothing about itself.
 *
 * @param autoCreate whether the first publish to a name makes a topic of it
 * @param partitions of a topic that is created without saying how many, 1 to 4096
 * @param defaults settings for topics that do not set them, canonical texts under the names of {@link TopicConfigKey}
 */
public record TopicsConfig(boolean autoCreate, int partitions, Map<String, String> defaults) {
    public TopicsConfig {
        Check.range("topics.partitions", partitions, 1, 4096);
        defaults = canonical(defaults);
    }

    private static Map<String, String> canonical(Map<String, String> defaults) {
        Map<String, String> result = new LinkedHashMap<>();
        defaults.forEach((name, text) -> {
            String path = "topics.defaults." + name;
            TopicConfigKey key = TopicConfigKey.of(name)
                    .filter(TopicConfigKey::isEffective)
                    .orElseThrow(() ->
                            new InvalidSetting(path, text, "a topic setting such as " + TopicConfigKey.nearest(name)));
            try {
                result.put(name, key.canonical(text));
            } catch (ApiException e) {
                throw new InvalidSetting(path, text, key.range());
            }
        });
        return Collections.unmodifiableMap(result);
    }

    static TopicsConfig standard() {
        return new TopicsConfig(true, 1, Map.of());
    }
}
