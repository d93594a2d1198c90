package io.letterbox.metadata;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.text.EditDistance;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Every setting that a topic can have, in one table: Kafka's names, types and defaults, and two of Letterbox's own
 * ({@code flush}, {@code flush.interval.ms}). Settings without effect here are kept, because Kafka's tools, Streams and
 * Connect set some of them; a value is refused if its effect would be relied on and is missing. Values are stored and
 * compared as their canonical texts.
 */
public enum TopicConfigKey {
    RETENTION_MS(
            TopicConfigSpec.number("retention.ms", 604_800_000L, -1, Long.MAX_VALUE),
            "How long records are kept, in milliseconds; -1 keeps them for ever."),
    RETENTION_BYTES(
            TopicConfigSpec.number("retention.bytes", -1, -1, Long.MAX_VALUE),
            "How many bytes a partition may hold before its oldest segments are deleted; -1 is no limit."),
    SEGMENT_BYTES(
            TopicConfigSpec.number("segment.bytes", 1_073_741_824L, 16_384, Integer.MAX_VALUE),
            "The size at which a segment is closed and the next one begun, in bytes."),
    SEGMENT_MS(
            TopicConfigSpec.number("segment.ms", 604_800_000L, 1, Long.MAX_VALUE),
            "The age at which a segment is closed even where it is not full, in milliseconds."),
    MAX_MESSAGE_BYTES(
            TopicConfigSpec.number("max.message.bytes", 1_048_588, 0, Integer.MAX_VALUE),
            "The largest record batch that the topic takes, in bytes."),
    CLEANUP_POLICY(
            TopicConfigSpec.words("cleanup.policy", "delete", true, "delete", "compact"),
            "What happens to old records: delete by age and size, compact to the last record of each key, or both."),
    COMPRESSION_TYPE(
            TopicConfigSpec.words(
                    "compression.type", "producer", false, "producer", "uncompressed", "gzip", "snappy", "lz4", "zstd"),
            "How batches are kept: as the producer sent them, uncompressed, or compressed with one codec, to which"
                    + " those that come otherwise are converted."),
    COMPRESSION_GZIP_LEVEL(
            TopicConfigSpec.number("compression.gzip.level", -1, -1, 9),
            "How hard gzip tries where compression.type is gzip, 1 to 9; -1 and 0 leave it to the codec."),
    COMPRESSION_LZ4_LEVEL(
            TopicConfigSpec.number("compression.lz4.level", 9, 1, 17),
            "How hard lz4 tries where compression.type is lz4, 1 to 17."),
    COMPRESSION_ZSTD_LEVEL(
            TopicConfigSpec.number("compression.zstd.level", 3, -131_072, 22),
            "How hard zstd tries where compression.type is zstd, -131072 to 22."),
    MESSAGE_TIMESTAMP_TYPE(
            TopicConfigSpec.words("message.timestamp.type", "CreateTime", false, "CreateTime", "LogAppendTime"),
            "Whether a record keeps the timestamp that it came with or gets the time of its append."),
    MESSAGE_TIMESTAMP_BEFORE_MAX_MS(
            TopicConfigSpec.number("message.timestamp.before.max.ms", Long.MAX_VALUE, 0, Long.MAX_VALUE),
            "How far behind the present a record's own timestamp may lie, in milliseconds."),
    MESSAGE_TIMESTAMP_AFTER_MAX_MS(
            TopicConfigSpec.number("message.timestamp.after.max.ms", 3_600_000, 0, Long.MAX_VALUE),
            "How far ahead of the present a record's own timestamp may lie, in milliseconds."),
    MIN_INSYNC_REPLICAS(
            TopicConfigSpec.number("min.insync.replicas", 1, 1, Integer.MAX_VALUE),
            "How many replicas have to be in sync for a publish to be taken."),
    MIN_COMPACTION_LAG_MS(
            TopicConfigSpec.number("min.compaction.lag.ms", 0, 0, Long.MAX_VALUE),
            "How long a record stays safe from compaction, in milliseconds."),
    MAX_COMPACTION_LAG_MS(
            TopicConfigSpec.number("max.compaction.lag.ms", Long.MAX_VALUE, 1, Long.MAX_VALUE),
            "How long a record may wait for compaction, in milliseconds, whatever the dirty ratio."),
    DELETE_RETENTION_MS(
            TopicConfigSpec.number("delete.retention.ms", 86_400_000L, 0, Long.MAX_VALUE),
            "How long a tombstone outlives the compaction that reached it, in milliseconds."),
    MIN_CLEANABLE_DIRTY_RATIO(
            TopicConfigSpec.fraction("min.cleanable.dirty.ratio", "0.5"),
            "The share of the log that has to be uncompacted before compaction runs, 0 to 1."),
    INDEX_INTERVAL_BYTES(
            TopicConfigSpec.number("index.interval.bytes", 4_096, 0, Integer.MAX_VALUE),
            "How many bytes of records lie between two entries of the offset index."),
    FLUSH(
            TopicConfigSpec.words("flush", "sync", false, "sync", "interval", "os"),
            "What an acknowledgement waits for: sync = the disk has it; interval = the disk is forced every"
                    + " flush.interval.ms; os = the operating system writes when it likes."),
    FLUSH_INTERVAL_MS(
            TopicConfigSpec.number("flush.interval.ms", 1_000, 1, 3_600_000),
            "The longest time between two forces with flush=interval, in milliseconds."),
    UNCLEAN_LEADER_ELECTION_ENABLE(
            TopicConfigSpec.flag("unclean.leader.election.enable", "false", "false"),
            "Whether a replica may lead that lacks acknowledged records: never."),
    SEGMENT_JITTER_MS(
            TopicConfigSpec.number("segment.jitter.ms", 0, 0, Long.MAX_VALUE),
            "Has no effect here: segments are closed as segment.ms says.",
            false),
    SEGMENT_INDEX_BYTES(
            TopicConfigSpec.number("segment.index.bytes", 10_485_760, 4, Integer.MAX_VALUE),
            "Has no effect here: an index grows with its segment.",
            false),
    FLUSH_MESSAGES(
            TopicConfigSpec.number("flush.messages", Long.MAX_VALUE, 1, Long.MAX_VALUE),
            "Has no effect here: flush says what an acknowledgement waits for.",
            false),
    FLUSH_MS(
            TopicConfigSpec.number("flush.ms", Long.MAX_VALUE, 0, Long.MAX_VALUE),
            "Has no effect here: flush and flush.interval.ms say when the disk is forced.",
            false),
    FILE_DELETE_DELAY_MS(
            TopicConfigSpec.number("file.delete.delay.ms", 60_000, 0, Long.MAX_VALUE),
            "Has no effect here: files are deleted when nobody reads them any more.",
            false),
    PREALLOCATE(
            TopicConfigSpec.flag("preallocate", "false", "true", "false"),
            "Has no effect here: the server reserves room in files where that makes them faster.",
            false),
    MESSAGE_DOWNCONVERSION_ENABLE(
            TopicConfigSpec.flag("message.downconversion.enable", "true", "true", "false"),
            "Has no effect here: there is one record format.",
            false),
    LEADER_REPLICATION_THROTTLED_REPLICAS(
            TopicConfigSpec.replicas("leader.replication.throttled.replicas"),
            "Has no effect here: replication is not throttled.",
            false),
    FOLLOWER_REPLICATION_THROTTLED_REPLICAS(
            TopicConfigSpec.replicas("follower.replication.throttled.replicas"),
            "Has no effect here: replication is not throttled.",
            false),
    REMOTE_STORAGE_ENABLE(
            TopicConfigSpec.flag("remote.storage.enable", "false", "false"),
            "Whether old segments move elsewhere: never.",
            false),
    REMOTE_LOG_COPY_DISABLE(
            TopicConfigSpec.flag("remote.log.copy.disable", "false", "true", "false"),
            "Has no effect here: there is no remote storage.",
            false),
    REMOTE_LOG_DELETE_ON_DISABLE(
            TopicConfigSpec.flag("remote.log.delete.on.disable", "false", "true", "false"),
            "Has no effect here: there is no remote storage.",
            false),
    LOCAL_RETENTION_MS(
            TopicConfigSpec.number("local.retention.ms", -2, -2, Long.MAX_VALUE),
            "Has no effect here: there is no remote storage, so retention.ms says all.",
            false),
    LOCAL_RETENTION_BYTES(
            TopicConfigSpec.number("local.retention.bytes", -2, -2, Long.MAX_VALUE),
            "Has no effect here: there is no remote storage, so retention.bytes says all.",
            false);

    /** The types of values. */
    public enum Type {
        LONG,
        DOUBLE,
        BOOLEAN,
        WORD,
        WORDS,
        /** Partitions with the nodes that hold them, {@code 0:1,1:2}, or {@code *}; may be empty. */
        REPLICAS
    }

    private final TopicConfigSpec spec;
    private final String doc;
    private final boolean effective;

    TopicConfigKey(TopicConfigSpec spec, String doc) {
        this(spec, doc, true);
    }

    /** @param effective false for a setting that is only stored, because clients of Kafka set it */
    TopicConfigKey(TopicConfigSpec spec, String doc, boolean effective) {
        this.spec = spec;
        this.doc = doc;
        this.effective = effective;
    }

    /** The settings that have an effect. */
    public static List<TopicConfigKey> effective() {
        return Stream.of(values()).filter(key -> key.effective).collect(Collectors.toUnmodifiableList());
    }

    /** False for a setting that is stored and shown, but has no effect. */
    public boolean isEffective() {
        return effective;
    }

    /** Whether every value is a whole number of 32 bits. */
    public boolean isInt() {
        return spec.type() == Type.LONG && spec.min() >= Integer.MIN_VALUE && spec.max() <= Integer.MAX_VALUE;
    }

    /** Whether a value is a list, to which something can be added. */
    public boolean isList() {
        return spec.type() == Type.WORDS || spec.type() == Type.REPLICAS;
    }

    /** The key as it is written, such as {@code retention.ms}. */
    public String key() {
        return spec.key();
    }

    public Type type() {
        return spec.type();
    }

    /** The words that a value can be, or consist of; empty for other types. */
    public List<String> words() {
        return spec.words();
    }

    /** The canonical text of the default value. */
    public String defaultValue() {
        return spec.defaultValue();
    }

    /** One or two sentences for a person. */
    public String doc() {
        return doc;
    }

    /** What is allowed, for a person: {@code -1 to 9223372036854775807}, {@code one of sync, interval, os}. */
    public String range() {
        return spec.range();
    }

    /** The key with a name, or empty if there is none. */
    public static Optional<TopicConfigKey> of(String name) {
        return Stream.of(values()).filter(k -> k.key().equals(name)).findFirst();
    }

    /**
     * The key with a name.
     *
     * @throws ApiException {@code INVALID_CONFIG} if there is none; the detail names the nearest key that exists
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
     * Checks a value and converts it to its canonical text.
     *
     * @throws ApiException {@code INVALID_CONFIG}; the detail says what is allowed
     */
    public String canonical(String text) {
        String result = text == null ? null : spec.canonical(text.trim());
        if (result != null) return result;
        throw new ApiException(
                ErrorCode.INVALID_CONFIG,
                key() + " cannot be " + quote(String.valueOf(text)) + "; allowed is " + range() + ".");
    }

    /** Keeps a hostile name from filling the error message. */
    private static String quote(String text) {
        return "'" + (text.length() > 80 ? text.substring(0, 80) + "…" : text) + "'";
    }
}
