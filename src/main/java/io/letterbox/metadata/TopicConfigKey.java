package io.letterbox.metadata;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Every setting that a topic can have, in one table: Kafka's names, types and defaults, and two of ours ({@code flush},
 * {@code flush.interval.ms}). A value is kept and compared as its canonical text.
 */
public enum TopicConfigKey {
    RETENTION_MS(
            number("retention.ms", 604_800_000L, -1, Long.MAX_VALUE),
            "How long records are kept, in milliseconds; -1 keeps them for ever."),
    RETENTION_BYTES(
            number("retention.bytes", -1, -1, Long.MAX_VALUE),
            "How many bytes a partition may hold before its oldest segments are deleted; -1 is no limit."),
    SEGMENT_BYTES(
            number("segment.bytes", 1_073_741_824L, 16_384, Integer.MAX_VALUE),
            "The size at which a segment is closed and the next one begun, in bytes."),
    SEGMENT_MS(
            number("segment.ms", 604_800_000L, 1, Long.MAX_VALUE),
            "The age at which a segment is closed even where it is not full, in milliseconds."),
    MAX_MESSAGE_BYTES(
            number("max.message.bytes", 1_048_588, 0, Integer.MAX_VALUE),
            "The largest record batch that the topic takes, in bytes."),
    CLEANUP_POLICY(
            words("cleanup.policy", "delete", true, "delete", "compact"),
            "What happens to old records: delete by age and size, compact to the last record of each key, or both."),
    COMPRESSION_TYPE(
            words("compression.type", "producer", false, "producer", "uncompressed", "gzip", "snappy", "lz4", "zstd"),
            "How batches are kept: as the producer sent them, uncompressed, or compressed with one codec, to which those"
                    + " that come otherwise are converted."),
    COMPRESSION_GZIP_LEVEL(
            number("compression.gzip.level", -1, -1, 9),
            "How hard gzip tries where compression.type is gzip, 1 to 9; -1 and 0 leave it to the codec."),
    COMPRESSION_LZ4_LEVEL(
            number("compression.lz4.level", 9, 1, 17), "How hard lz4 tries where compression.type is lz4, 1 to 17."),
    COMPRESSION_ZSTD_LEVEL(
            number("compression.zstd.level", 3, -131_072, 22),
            "How hard zstd tries where compression.type is zstd, -131072 to 22."),
    MESSAGE_TIMESTAMP_TYPE(
            words("message.timestamp.type", "CreateTime", false, "CreateTime", "LogAppendTime"),
            "Whether a record keeps the timestamp that it came with or gets the time of its append."),
    MESSAGE_TIMESTAMP_BEFORE_MAX_MS(
            number("message.timestamp.before.max.ms", Long.MAX_VALUE, 0, Long.MAX_VALUE),
            "How far behind the present a record's own timestamp may lie, in milliseconds."),
    MESSAGE_TIMESTAMP_AFTER_MAX_MS(
            number("message.timestamp.after.max.ms", 3_600_000, 0, Long.MAX_VALUE),
            "How far ahead of the present a record's own timestamp may lie, in milliseconds."),
    MIN_INSYNC_REPLICAS(
            number("min.insync.replicas", 1, 1, Integer.MAX_VALUE),
            "How many replicas have to be in sync for a publish to be taken."),
    MIN_COMPACTION_LAG_MS(
            number("min.compaction.lag.ms", 0, 0, Long.MAX_VALUE),
            "How long a record stays safe from compaction, in milliseconds."),
    MAX_COMPACTION_LAG_MS(
            number("max.compaction.lag.ms", Long.MAX_VALUE, 1, Long.MAX_VALUE),
            "How long a record may wait for compaction, in milliseconds, whatever the dirty ratio."),
    DELETE_RETENTION_MS(
            number("delete.retention.ms", 86_400_000L, 0, Long.MAX_VALUE),
            "How long a tombstone outlives the compaction that reached it, in milliseconds."),
    MIN_CLEANABLE_DIRTY_RATIO(
            fraction("min.cleanable.dirty.ratio", "0.5"),
            "The share of the log that has to be uncompacted before compaction runs, 0 to 1."),
    INDEX_INTERVAL_BYTES(
            number("index.interval.bytes", 4_096, 0, Integer.MAX_VALUE),
            "How many bytes of records lie between two entries of the offset index."),
    FLUSH(
            words("flush", "sync", false, "sync", "interval", "os"),
            "What an acknowledgement waits for: sync = the disk has it; interval = the disk is forced every"
                    + " flush.interval.ms; os = the operating system writes when it likes."),
    FLUSH_INTERVAL_MS(
            number("flush.interval.ms", 1_000, 1, 3_600_000),
            "The longest time between two forces with flush=interval, in milliseconds.");

    /** What kind of text a value is. */
    public enum Type {
        LONG,
        DOUBLE,
        WORD,
        WORDS
    }

    private record Spec(String key, Type type, String defaultValue, long min, long max, List<String> words) {}

    private final Spec spec;
    private final String doc;

    TopicConfigKey(Spec spec, String doc) {
        this.spec = spec;
        this.doc = doc;
    }

    /** The key as it is written, such as {@code retention.ms}. */
    public String key() {
        return spec.key;
    }

    public Type type() {
        return spec.type;
    }

    /** The canonical text of the value where nobody says otherwise. */
    public String defaultValue() {
        return spec.defaultValue;
    }

    /** One or two sentences for a person. */
    public String doc() {
        return doc;
    }

    /** What is allowed, for a person: {@code -1 to 9223372036854775807}, {@code one of sync, interval, os}. */
    public String range() {
        switch (spec.type) {
            case LONG:
                return "a whole number from " + spec.min + " to " + spec.max;
            case DOUBLE:
                return "a number from 0 to 1";
            case WORD:
                return spec.words.size() == 1 ? spec.words.get(0) : "one of " + String.join(", ", spec.words);
            default:
                return "one or more of " + String.join(", ", spec.words) + ", separated by commas";
        }
    }

    /** The key of a name, or empty where there is none. */
    public static Optional<TopicConfigKey> of(String name) {
        return Stream.of(values()).filter(k -> k.key().equals(name)).findFirst();
    }

    /**
     * The key of a name.
     *
     * @throws ApiException {@code INVALID_CONFIG} where there is none; the detail names the nearest key that exists
     */
    public static TopicConfigKey require(String name) {
        return of(name).orElseThrow(() -> new ApiException(
                ErrorCode.INVALID_CONFIG,
                "There is no topic setting " + quote(name) + "; the nearest is '" + nearest(name) + "'."));
    }

    /** The existing key that is most like a name, by edit distance. */
    public static String nearest(String name) {
        return Stream.of(values())
                .map(TopicConfigKey::key)
                .min(java.util.Comparator.comparingInt(k -> EditDistance.between(k, name)))
                .orElseThrow();
    }

    /**
     * Checks a value and brings it to the one text that means it.
     *
     * @throws ApiException {@code INVALID_CONFIG}; the detail says what is allowed
     */
    public String canonical(String text) {
        if (text == null) throw invalid("null");
        String trimmed = text.trim();
        switch (spec.type) {
            case LONG:
                return canonicalLong(trimmed);
            case DOUBLE:
                return canonicalFraction(trimmed);
            case WORD:
                return word(trimmed).orElseThrow(() -> invalid(trimmed));
            default:
                return Arrays.stream(trimmed.split(",", -1))
                        .map(word -> word(word.trim()).orElseThrow(() -> invalid(trimmed)))
                        .distinct()
                        .sorted()
                        .collect(Collectors.joining(","));
        }
    }

    private String canonicalLong(String text) {
        try {
            long value = Long.parseLong(text);
            if (value >= spec.min && value <= spec.max) return Long.toString(value);
        } catch (NumberFormatException notANumber) {
            // Answered below, with the range.
        }
        throw invalid(text);
    }

    private String canonicalFraction(String text) {
        try {
            double value = Double.parseDouble(text);
            if (value >= 0 && value <= 1) return Double.toString(value);
        } catch (NumberFormatException notANumber) {
            // Answered below, with the range.
        }
        throw invalid(text);
    }

    private Optional<String> word(String text) {
        return spec.words.stream().filter(text::equalsIgnoreCase).findFirst();
    }

    private ApiException invalid(String text) {
        return new ApiException(
                ErrorCode.INVALID_CONFIG, key() + " cannot be " + quote(text) + "; allowed is " + range() + ".");
    }

    /** Keeps a hostile name from filling the error message. */
    private static String quote(String text) {
        return "'" + (text.length() > 80 ? text.substring(0, 80) + "…" : text) + "'";
    }

    private static Spec number(String key, long defaultValue, long min, long max) {
        return new Spec(key, Type.LONG, Long.toString(defaultValue), min, max, List.of());
    }

    private static Spec fraction(String key, String defaultValue) {
        return new Spec(key, Type.DOUBLE, defaultValue, 0, 1, List.of());
    }

    private static Spec words(String key, String defaultValue, boolean several, String... words) {
        return new Spec(key, several ? Type.WORDS : Type.WORD, defaultValue, 0, 0, List.of(words));
    }
}
