package io.letterbox.config;

import io.letterbox.text.Nearest;
import java.util.List;

/** Explains a key that does not exist: the one that was probably meant, and those that exist. */
final class UnknownKey {
    private UnknownKey() {}

    static String explain(String path) {
        return "unknown key " + path + suggestion(path) + "; allowed " + allowed(path);
    }

    private static String suggestion(String path) {
        return Nearest.to(path, ConfigSchema.leaves(), 3)
                .or(() -> Nearest.to(path, ConfigSchema.sections(), 3))
                .or(() -> inAnySection(path))
                .map(name -> "; did you mean " + name + "?")
                .orElse("");
    }

    /** The user may know the name but not its section: {@code port}, or {@code node.port}. */
    private static java.util.Optional<String> inAnySection(String path) {
        String name = path.substring(path.lastIndexOf('.') + 1);
        return ConfigSchema.keys().stream()
                .filter(key -> key.name().equalsIgnoreCase(name))
                .map(ConfigKey::path)
                .findFirst();
    }

    private static String allowed(String path) {
        if (ConfigSchema.isTopicDefault(path)) {
            return in(ConfigSchema.TOPIC_DEFAULTS, ConfigSchema.topicDefaults());
        }
        int dot = path.indexOf('.');
        String section = dot < 0 ? "" : path.substring(0, dot);
        return ConfigSchema.isSection(section)
                ? in(section, ConfigSchema.namesIn(section))
                : "sections are: " + String.join(", ", ConfigSchema.sections());
    }

    private static String in(String place, List<String> names) {
        return "in " + place + ": " + String.join(", ", names);
    }
}
