package io.letterbox.metadata;

import io.letterbox.metadata.TopicConfigKey.Type;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The specification of a topic's setting: its name and allowed values.
 *
 * @param key the name
 * @param defaultValue the canonical text of the default value
 * @param min the least number
 * @param max the greatest number
 * @param words the words that a value can be or consist of
 */
record TopicConfigSpec(String key, Type type, String defaultValue, long min, long max, List<String> words) {
    private static final Pattern REPLICA = Pattern.compile("\\*|[0-9]{1,9}:[0-9]{1,9}");

    static TopicConfigSpec number(String key, long defaultValue, long min, long max) {
        return new TopicConfigSpec(key, Type.LONG, Long.toString(defaultValue), min, max, List.of());
    }

    static TopicConfigSpec fraction(String key, String defaultValue) {
        return new TopicConfigSpec(key, Type.DOUBLE, defaultValue, 0, 1, List.of());
    }

    static TopicConfigSpec flag(String key, String defaultValue, String... words) {
        return new TopicConfigSpec(key, Type.BOOLEAN, defaultValue, 0, 0, List.of(words));
    }

    static TopicConfigSpec replicas(String key) {
        return new TopicConfigSpec(key, Type.REPLICAS, "", 0, 0, List.of());
    }

    static TopicConfigSpec words(String key, String defaultValue, boolean several, String... words) {
        return new TopicConfigSpec(key, several ? Type.WORDS : Type.WORD, defaultValue, 0, 0, List.of(words));
    }

    /** What is allowed, for a person. */
    String range() {
        switch (type) {
            case LONG:
                return "a whole number from " + min + " to " + max;
            case DOUBLE:
                return "a number from 0 to 1";
            case REPLICAS:
                return "*, or partitions with their nodes such as 0:1,1:2";
            case WORDS:
                return "one or more of " + String.join(", ", words) + ", separated by commas";
            default:
                return words.size() == 1 ? words.get(0) : "one of " + String.join(", ", words);
        }
    }

    /** The canonical text of a value, which has no blanks around it; null if the value is not allowed. */
    String canonical(String text) {
        switch (type) {
            case LONG:
                return wholeNumber(text);
            case DOUBLE:
                return fraction(text);
            case REPLICAS:
                boolean allowed = text.isEmpty()
                        || Arrays.stream(text.split(",", -1))
                                .allMatch(part -> REPLICA.matcher(part).matches());
                return allowed ? text : null;
            case WORDS:
                List<String> parts = Arrays.stream(text.split(",", -1))
                        .map(part -> word(part.trim()))
                        .collect(Collectors.toList());
                if (parts.contains(null)) return null;
                return parts.stream().distinct().sorted().collect(Collectors.joining(","));
            default:
                return word(text);
        }
    }

    private String wholeNumber(String text) {
        try {
            long value = Long.parseLong(text);
            return value >= min && value <= max ? Long.toString(value) : null;
        } catch (NumberFormatException notANumber) {
            return null;
        }
    }

    private static String fraction(String text) {
        try {
            double value = Double.parseDouble(text);
            return value >= 0 && value <= 1 ? Double.toString(value) : null;
        } catch (NumberFormatException notANumber) {
            return null;
        }
    }

    private String word(String text) {
        return words.stream().filter(text::equalsIgnoreCase).findFirst().orElse(null);
    }
}
