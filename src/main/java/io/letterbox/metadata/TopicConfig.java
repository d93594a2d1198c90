package io.letterbox.metadata;

import io.letterbox.record.BatchRules;
import io.letterbox.record.Codec;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A topic's settings, under Kafka's names (see {@link TopicConfigKey}): the topic's own value, or else this server's
 * default for topics, or else the table's default. Immutable.
 *
 * <p>Numbers are parsed once, in the constructor, because each publish reads some of them.
 */
public final class TopicConfig {
    /** The flush policy: what an acknowledgement waits for. */
    public enum FlushPolicy {
        /** The disk has the records. */
        SYNC,
        /** The records are in the page cache; the disk is forced at an interval. */
        INTERVAL,
        /** The records are in the page cache; the operating system writes them at its own time. */
        OS
    }

    private final SortedMap<String, String> overrides;
    private final Map<String, String> defaults;
    private final String[] effective = new String[TopicConfigKey.values().length];
    private final long[] numbers = new long[effective.length];
    private final double minCleanableDirtyRatio;
    private final FlushPolicy flush;
    private final BatchRules batchRules;

    /** A topic of a server without defaults of its own. */
    public TopicConfig(Map<String, String> overrides) {
        this(overrides, Map.of());
    }

    /**
     * @param overrides the topic's own settings, texts by key
     * @param defaults this server's defaults for topics, texts by key
     * @throws io.letterbox.error.ApiException {@code INVALID_CONFIG} for an unknown key or a wrong value
     */
    public TopicConfig(Map<String, String> overrides, Map<String, String> defaults) {
        this.overrides = canonical(overrides);
        this.defaults = canonical(defaults);
        for (TopicConfigKey key : TopicConfigKey.values()) {
            String value =
                    this.overrides.getOrDefault(key.key(), this.defaults.getOrDefault(key.key(), key.defaultValue()));
            effective[key.ordinal()] = value;
            if (key.type() == TopicConfigKey.Type.LONG) numbers[key.ordinal()] = Long.parseLong(value);
        }
        this.minCleanableDirtyRatio = Double.parseDouble(get(TopicConfigKey.MIN_CLEANABLE_DIRTY_RATIO));
        this.flush = FlushPolicy.valueOf(get(TopicConfigKey.FLUSH).toUpperCase(java.util.Locale.ROOT));
        this.batchRules = rules();
    }

    private BatchRules rules() {
        Codec codec = Codec.of(get(TopicConfigKey.COMPRESSION_TYPE));
        return new BatchRules(
                compact(),
                logAppendTime(),
                number(TopicConfigKey.MESSAGE_TIMESTAMP_BEFORE_MAX_MS),
                number(TopicConfigKey.MESSAGE_TIMESTAMP_AFTER_MAX_MS),
                codec,
                codec == null ? Codec.DEFAULT_LEVEL : level(codec),
                maxMessageBytes());
    }

    private int level(Codec codec) {
        switch (codec) {
            case GZIP:
                int level = (int) number(TopicConfigKey.COMPRESSION_GZIP_LEVEL);
                return level < 1 ? Codec.DEFAULT_LEVEL : level;
            case LZ4:
                return (int) number(TopicConfigKey.COMPRESSION_LZ4_LEVEL);
            case ZSTD:
                return (int) number(TopicConfigKey.COMPRESSION_ZSTD_LEVEL);
            default:
                return Codec.DEFAULT_LEVEL;
        }
    }

    private static SortedMap<String, String> canonical(Map<String, String> values) {
        SortedMap<String, String> result = new TreeMap<>();
        values.forEach(
                (key, value) -> result.put(key, TopicConfigKey.require(key).canonical(value)));
        return Collections.unmodifiableSortedMap(result);
    }

    /** The topic's own settings, canonical texts by key. */
    public SortedMap<String, String> overrides() {
        return overrides;
    }

    /** This server's defaults for topics, texts by key; for keys that are not in it, the table's default applies. */
    public Map<String, String> defaults() {
        return defaults;
    }

    /** The effective value, as canonical text. */
    public String get(TopicConfigKey key) {
        return effective[key.ordinal()];
    }

    /** Milliseconds; -1 = for ever. */
    public long retentionMs() {
        return number(TopicConfigKey.RETENTION_MS);
    }

    /** Bytes per partition; -1 = no limit. */
    public long retentionBytes() {
        return number(TopicConfigKey.RETENTION_BYTES);
    }

    public int segmentBytes() {
        return (int) number(TopicConfigKey.SEGMENT_BYTES);
    }

    public long segmentMs() {
        return number(TopicConfigKey.SEGMENT_MS);
    }

    /** The largest record batch, in bytes. */
    public int maxMessageBytes() {
        return (int) number(TopicConfigKey.MAX_MESSAGE_BYTES);
    }

    /** The topic's rules for batches that clients send. */
    public BatchRules batchRules() {
        return batchRules;
    }

    /** True if old records with the same key are dropped. Then every record needs a key. */
    public boolean compact() {
        return get(TopicConfigKey.CLEANUP_POLICY).contains("compact");
    }

    /** True if old segments are deleted by age and size. */
    public boolean delete() {
        return get(TopicConfigKey.CLEANUP_POLICY).contains("delete");
    }

    /** True if the shard overwrites the records' timestamps with the time of the append. */
    public boolean logAppendTime() {
        return get(TopicConfigKey.MESSAGE_TIMESTAMP_TYPE).equals("LogAppendTime");
    }

    public int minInsyncReplicas() {
        return (int) number(TopicConfigKey.MIN_INSYNC_REPLICAS);
    }

    public long minCompactionLagMs() {
        return number(TopicConfigKey.MIN_COMPACTION_LAG_MS);
    }

    public long maxCompactionLagMs() {
        return number(TopicConfigKey.MAX_COMPACTION_LAG_MS);
    }

    public long deleteRetentionMs() {
        return number(TopicConfigKey.DELETE_RETENTION_MS);
    }

    /** 0 to 1. */
    public double minCleanableDirtyRatio() {
        return minCleanableDirtyRatio;
    }

    public int indexIntervalBytes() {
        return (int) number(TopicConfigKey.INDEX_INTERVAL_BYTES);
    }

    public FlushPolicy flush() {
        return flush;
    }

    public long flushIntervalMs() {
        return number(TopicConfigKey.FLUSH_INTERVAL_MS);
    }

    private long number(TopicConfigKey key) {
        return numbers[key.ordinal()];
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TopicConfig
                && overrides.equals(((TopicConfig) other).overrides)
                && defaults.equals(((TopicConfig) other).defaults);
    }

    @Override
    public int hashCode() {
        return overrides.hashCode() * 31 + defaults.hashCode();
    }

    @Override
    public String toString() {
        return "TopicConfig" + overrides;
    }
}
