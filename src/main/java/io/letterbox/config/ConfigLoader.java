package io.letterbox.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Combines the settings, later ones taking precedence: the defaults, the file, the environment, the command line.
 * Unknown or invalid settings prevent the start, and all of them are reported at once. A variable that is no setting
 * does not: it may be meant for other programs, like those that container platforms set.
 */
public final class ConfigLoader {
    private ConfigLoader() {}

    /** As the other method, without warnings. */
    public static LetterboxConfig load(Path fileOrNull, Map<String, String> environment, List<String> overrides)
            throws ConfigException {
        return load(fileOrNull, environment, overrides, warning -> {});
    }

    /**
     * @param fileOrNull a YAML file; null for the defaults alone
     * @param environment the process's variables; those that begin with {@code LETTERBOX_} are settings
     * @param overrides the values of {@code --set}, {@code http.port=9000} each
     * @param warning told what is suspicious but no error, a sentence each
     * @throws ConfigException with one line for each problem
     */
    public static LetterboxConfig load(
            Path fileOrNull, Map<String, String> environment, List<String> overrides, Consumer<String> warning)
            throws ConfigException {
        List<String> problems = new ArrayList<>();
        Map<String, Setting> settings = new LinkedHashMap<>();
        if (fileOrNull != null) {
            List<Setting> inFile = YamlSettings.read(fileOrNull, problems);
            checkRepeated(inFile, problems);
            layer(settings, inFile, problems);
        }
        layer(settings, Overrides.fromEnvironment(environment, warning), problems);
        layer(settings, Overrides.fromArguments(overrides, problems), problems);
        LetterboxConfig config = ConfigBuilder.of(settings, problems);
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        config.cluster().warnings().forEach(warning);
        return config;
    }

    /** YAML forbids a repeated key, but its parser takes the last value, which is seldom what was meant. */
    private static void checkRepeated(List<Setting> inFile, List<String> problems) {
        Map<String, Setting> first = new LinkedHashMap<>();
        for (Setting setting : inFile) {
            Setting earlier = first.putIfAbsent(setting.key(), setting);
            if (earlier != null) {
                problems.add(setting.origin() + ": " + setting.key() + " is there already: " + earlier.origin());
            }
        }
    }

    private static void layer(Map<String, Setting> settings, List<Setting> above, List<String> problems) {
        for (Setting setting : above) {
            if (isKnown(setting.key())) {
                settings.put(setting.key(), setting);
            } else {
                problems.add(setting.origin() + ": " + UnknownKey.explain(setting.key()));
            }
        }
    }

    private static boolean isKnown(String path) {
        if (ConfigSchema.isTopicDefault(path)) {
            String name = path.substring(ConfigSchema.TOPIC_DEFAULTS.length() + 1);
            return ConfigSchema.topicDefaults().contains(name);
        }
        return ConfigSchema.key(path).isPresent();
    }
}
