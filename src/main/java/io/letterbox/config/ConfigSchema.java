package io.letterbox.config;

import io.letterbox.metadata.TopicConfigKey;
import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The keys of the configuration, derived from the records, so that the two cannot differ. */
final class ConfigSchema {
    /** The one key whose value is a map; its entries are keys of their own, with Kafka's names, which contain dots. */
    static final String TOPIC_DEFAULTS = "topics.defaults";

    private static final Map<String, ConfigKey> KEYS = keysOf(LetterboxConfig.class);

    private ConfigSchema() {}

    static Collection<ConfigKey> keys() {
        return KEYS.values();
    }

    static Optional<ConfigKey> key(String path) {
        return Optional.ofNullable(KEYS.get(path));
    }

    /** Every path that can have a value of its own, including those of the topics' defaults. */
    static List<String> leaves() {
        Stream<String> plain = KEYS.keySet().stream().filter(path -> !path.equals(TOPIC_DEFAULTS));
        return Stream.concat(plain, topicDefaults().stream().map(name -> TOPIC_DEFAULTS + "." + name))
                .toList();
    }

    /** The names of the topics' settings. */
    static List<String> topicDefaults() {
        return TopicConfigKey.effective().stream().map(TopicConfigKey::key).toList();
    }

    /** Whether this path is an entry of the topics' defaults. */
    static boolean isTopicDefault(String path) {
        return path.startsWith(TOPIC_DEFAULTS + ".");
    }

    static List<String> sections() {
        return KEYS.values().stream().map(ConfigKey::section).distinct().toList();
    }

    static boolean isSection(String name) {
        return sections().contains(name);
    }

    /** The names within a section, in the order of its record. */
    static List<String> namesIn(String section) {
        return KEYS.values().stream()
                .filter(key -> key.section().equals(section))
                .map(ConfigKey::name)
                .toList();
    }

    private static Map<String, ConfigKey> keysOf(Class<? extends Record> root) {
        Map<String, ConfigKey> keys = new LinkedHashMap<>();
        for (RecordComponent section : root.getRecordComponents()) {
            for (RecordComponent component : section.getType().getRecordComponents()) {
                ConfigKey key = new ConfigKey(section.getName(), component.getName(), component.getType());
                keys.put(key.path(), key);
            }
        }
        return Collections.unmodifiableMap(keys);
    }
}
