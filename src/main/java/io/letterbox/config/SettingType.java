package io.letterbox.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Parses texts as the types of settings; the type is that of the default value. */
final class SettingType {
    private SettingType() {}

    /** @throws IllegalArgumentException if the text is not of that type */
    static Object parse(Setting setting, Object usual) {
        if (usual instanceof List) {
            return setting.list() ? List.copyOf(setting.values()) : entries(setting.text());
        }
        if (setting.list()) {
            throw new IllegalArgumentException("a list where one value belongs");
        }
        String text = setting.text();
        if (usual instanceof Integer) {
            return Integer.parseInt(digits(text));
        } else if (usual instanceof Long) {
            return Long.parseLong(digits(text));
        } else if (usual instanceof Boolean) {
            return parseBoolean(text);
        } else if (usual instanceof Path) {
            return Path.of(text);
        } else if (usual instanceof Enum<?>) {
            return constant((Enum<?>) usual, text);
        }
        return text;
    }

    /**
     * The allowed values of a setting with the default {@code usual}. The range of a number is known to its record
     * alone, so the record is constructed with a number that is always invalid, and reports the range.
     */
    static String allowed(Object usual, Consumer<Object> attempt) {
        if (usual instanceof Boolean) {
            return "true or false";
        } else if (usual instanceof Enum<?>) {
            return "one of "
                    + Stream.of(constants((Enum<?>) usual))
                            .map(SettingType::lower)
                            .collect(Collectors.joining(", "));
        } else if (usual instanceof Number) {
            try {
                attempt.accept(usual instanceof Integer ? (Object) (-1) : (Object) (-1L));
            } catch (InvalidSetting e) {
                return e.allowed();
            }
            return "a whole number";
        }
        return usual instanceof Path ? "the path of a directory" : "a text";
    }

    /** YAML allows underscores between digits, so all sources do. */
    private static String digits(String text) {
        return text.strip().replaceAll("(?<=\\d)_(?=\\d)", "");
    }

    private static boolean parseBoolean(String text) {
        switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "true":
                return true;
            case "false":
                return false;
            default:
                throw new IllegalArgumentException(text);
        }
    }

    private static Enum<?> constant(Enum<?> usual, String text) {
        return Stream.of(constants(usual))
                .filter(each -> lower(each).equals(text.strip().toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(text));
    }

    private static Enum<?>[] constants(Enum<?> usual) {
        return usual.getDeclaringClass().getEnumConstants();
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static List<String> entries(String text) {
        return Stream.of(text.split(","))
                .map(String::strip)
                .filter(entry -> !entry.isEmpty())
                .toList();
    }
}
