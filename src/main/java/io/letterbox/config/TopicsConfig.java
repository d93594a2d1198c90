package io.letterbox.config;

import io.letterbox.error.ApiException;
import io.letterbox.metadata.TopicConfigKey;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The defaults of topics.
 *
 * @param autoCreate whether the first publish to a name creates the topic
 * @param autoCreatePerMinute topics that may be created this way per minute, on each event loop and by each protocol, 1
 *     to 100,000
 * @param partitions of a topic that is created without a number of partitions, 1 to 4096
 * @param defaults settings for topics that do not set them, canonical texts under the names of {@link TopicConfigKey}
 */
public record TopicsConfig(boolean autoCreate, int autoCreatePerMinute, int partitions, Map<String, String> defaults) {
    private static final int STANDARD_PER_MINUTE = 200;

    public TopicsConfig {
        Check.range("topics.autoCreatePerMinute", autoCreatePerMinute, 1, 100_000);
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
        return new TopicsConfig(true, STANDARD_PER_MINUTE, 1, Map.of());
    }
}
