package io.letterbox.config;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Builds the configuration records from settings. It follows the records' components, so a new key needs no line here,
 * and it asks the records' own checks for the allowed values, so that a message cannot differ from the check.
 */
final class ConfigBuilder {
    private final Map<String, Setting> settings;
    private final List<String> problems;

    private ConfigBuilder(Map<String, Setting> settings, List<String> problems) {
        this.settings = settings;
        this.problems = problems;
    }

    /** The configuration; sections with problems keep their defaults, and {@code problems} is not empty then. */
    static LetterboxConfig of(Map<String, Setting> settings, List<String> problems) {
        return new ConfigBuilder(settings, problems).root();
    }

    private LetterboxConfig root() {
        LetterboxConfig defaults = LetterboxConfig.defaults();
        List<Object> sections = new ArrayList<>();
        for (RecordComponent component : LetterboxConfig.class.getRecordComponents()) {
            sections.add(section(component.getName(), (Record) value(component, defaults)));
        }
        try {
            return (LetterboxConfig) construct(LetterboxConfig.class, sections);
        } catch (InvalidSetting e) {
            report(e);
            return defaults;
        }
    }

    private Record section(String name, Record defaults) {
        List<Object> values = new ArrayList<>();
        int before = problems.size();
        for (RecordComponent component : defaults.getClass().getRecordComponents()) {
            String path = name + "." + component.getName();
            Object usual = value(component, defaults);
            values.add(usual instanceof Map ? topicDefaults(path) : parsed(path, component, defaults));
        }
        if (problems.size() > before) {
            return defaults;
        }
        try {
            return construct(defaults.getClass(), values);
        } catch (InvalidSetting e) {
            report(e);
            return defaults;
        }
    }

    private void report(InvalidSetting invalid) {
        Setting setting = settings.get(invalid.key());
        String origin = setting == null ? "together with the other settings" : setting.origin();
        problems.add(origin + ": " + invalid.getMessage());
    }

    private Object parsed(String path, RecordComponent component, Record defaults) {
        Setting setting = settings.get(path);
        Object usual = value(component, defaults);
        if (setting == null) {
            return usual;
        }
        try {
            return SettingType.parse(setting, usual);
        } catch (IllegalArgumentException e) {
            String allowed = SettingType.allowed(usual, wrong -> with(component, defaults, wrong));
            problems.add(setting.origin() + ": " + new InvalidSetting(path, setting.text(), allowed).getMessage());
            return usual;
        }
    }

    private Map<String, String> topicDefaults(String path) {
        Map<String, String> entries = new LinkedHashMap<>();
        Setting whole = settings.get(path);
        if (whole != null && !(whole.list() && whole.values().isEmpty())) {
            String example = path + ".retention.ms";
            problems.add(whole.origin() + ": " + path + " holds keys of its own, such as " + example);
        }
        settings.forEach((key, setting) -> {
            if (key.startsWith(path + ".")) {
                entries.put(key.substring(path.length() + 1), String.join(",", setting.values()));
            }
        });
        return entries;
    }

    /** Constructs the section with one value replaced, so that its constructor reports what is allowed. */
    private static void with(RecordComponent changed, Record defaults, Object wrong) {
        List<Object> values = Stream.of(defaults.getClass().getRecordComponents())
                .map(component -> component.getName().equals(changed.getName()) ? wrong : value(component, defaults))
                .toList();
        construct(defaults.getClass(), values);
    }

    private static Object value(RecordComponent component, Record of) {
        try {
            return component.getAccessor().invoke(of);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    private static Record construct(Class<? extends Record> type, List<Object> values) {
        Class<?>[] types = Stream.of(type.getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
        try {
            return type.getDeclaredConstructor(types).newInstance(values.toArray());
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof InvalidSetting) {
                throw (InvalidSetting) e.getCause();
            }
            throw new AssertionError(e);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }
}
