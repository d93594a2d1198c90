package io.letterbox.kafka.admin;

import io.letterbox.metadata.TopicConfig;
import io.letterbox.metadata.TopicConfigKey;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsSynonym;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigType;

/**
 * A topic's settings as Kafka describes them: each with the source of its value, and with the values that would apply
 * without it (KIP-226). The server's default of a setting has a name of its own, {@code log.retention.ms} for
 * {@code retention.ms}.
 */
final class TopicSettings {
    private static final Map<TopicConfigKey, String> SERVER_NAMES = serverNames();

    private TopicSettings() {}

    /** The name of the server's default of a setting. */
    static String serverName(TopicConfigKey key) {
        return SERVER_NAMES.get(key);
    }

    /** The topic setting of which this is the server's default; null if there is none. */
    static TopicConfigKey byServerName(String name) {
        for (Map.Entry<TopicConfigKey, String> entry : SERVER_NAMES.entrySet()) {
            if (entry.getValue().equals(name)) return entry.getKey();
        }
        return null;
    }

    /** The source of the value in force. */
    static ConfigSource source(TopicConfig config, ServerValues server, TopicConfigKey key) {
        if (config.overrides().containsKey(key.key())) return ConfigSource.TOPIC_CONFIG;
        return server.source(key);
    }

    static DescribeConfigsResourceResult describe(
            TopicConfig config, ServerValues server, TopicConfigKey key, boolean synonyms, boolean documentation) {
        return new DescribeConfigsResourceResult()
                .setName(key.key())
                .setValue(config.get(key))
                .setConfigSource(source(config, server, key).id())
                .setSynonyms(synonyms ? synonyms(config, server, key) : List.of())
                .setConfigType(type(key).id())
                .setDocumentation(documentation ? key.doc() : null);
    }

    private static List<DescribeConfigsSynonym> synonyms(TopicConfig config, ServerValues server, TopicConfigKey key) {
        List<DescribeConfigsSynonym> synonyms = new ArrayList<>();
        if (config.overrides().containsKey(key.key())) {
            synonyms.add(synonym(key.key(), config.get(key), ConfigSource.TOPIC_CONFIG));
        }
        synonyms.addAll(serverSynonyms(server, key));
        return synonyms;
    }

    /** The server's values in order of precedence, down to the built-in default. */
    static List<DescribeConfigsSynonym> serverSynonyms(ServerValues server, TopicConfigKey key) {
        List<DescribeConfigsSynonym> synonyms = new ArrayList<>();
        String name = serverName(key);
        String ofNode = server.node().get(key.key());
        if (ofNode != null) synonyms.add(synonym(name, ofNode, ConfigSource.DYNAMIC_BROKER_CONFIG));
        String ofAll = server.allNodes().get(key.key());
        if (ofAll != null) synonyms.add(synonym(name, ofAll, ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG));
        if (server.isConfigured(key)) {
            synonyms.add(synonym(name, server.configured(key), ConfigSource.STATIC_BROKER_CONFIG));
        }
        synonyms.add(synonym(name, key.defaultValue(), ConfigSource.DEFAULT_CONFIG));
        return synonyms;
    }

    static DescribeConfigsSynonym synonym(String name, String value, ConfigSource source) {
        return new DescribeConfigsSynonym().setName(name).setValue(value).setSource(source.id());
    }

    static ConfigType type(TopicConfigKey key) {
        return switch (key.type()) {
            case LONG -> key.isInt() ? ConfigType.INT : ConfigType.LONG;
            case DOUBLE -> ConfigType.DOUBLE;
            case BOOLEAN -> ConfigType.BOOLEAN;
            case WORDS, REPLICAS -> ConfigType.LIST;
            case WORD -> ConfigType.STRING;
        };
    }

    private static Map<TopicConfigKey, String> serverNames() {
        Map<TopicConfigKey, String> names = new EnumMap<>(TopicConfigKey.class);
        for (TopicConfigKey key : TopicConfigKey.values()) names.put(key, "log." + key.key());
        for (TopicConfigKey same : List.of(
                TopicConfigKey.MIN_INSYNC_REPLICAS,
                TopicConfigKey.UNCLEAN_LEADER_ELECTION_ENABLE,
                TopicConfigKey.COMPRESSION_TYPE,
                TopicConfigKey.COMPRESSION_GZIP_LEVEL,
                TopicConfigKey.COMPRESSION_LZ4_LEVEL,
                TopicConfigKey.COMPRESSION_ZSTD_LEVEL,
                TopicConfigKey.LEADER_REPLICATION_THROTTLED_REPLICAS,
                TopicConfigKey.FOLLOWER_REPLICATION_THROTTLED_REPLICAS,
                TopicConfigKey.REMOTE_STORAGE_ENABLE,
                TopicConfigKey.REMOTE_LOG_COPY_DISABLE,
                TopicConfigKey.REMOTE_LOG_DELETE_ON_DISABLE)) {
            names.put(same, same.key());
        }
        names.put(TopicConfigKey.SEGMENT_MS, "log.roll.ms");
        names.put(TopicConfigKey.SEGMENT_JITTER_MS, "log.roll.jitter.ms");
        names.put(TopicConfigKey.SEGMENT_INDEX_BYTES, "log.index.size.max.bytes");
        names.put(TopicConfigKey.MAX_MESSAGE_BYTES, "message.max.bytes");
        names.put(TopicConfigKey.FLUSH_MESSAGES, "log.flush.interval.messages");
        names.put(TopicConfigKey.FLUSH_MS, "log.flush.interval.ms");
        names.put(TopicConfigKey.FILE_DELETE_DELAY_MS, "log.segment.delete.delay.ms");
        names.put(TopicConfigKey.MIN_CLEANABLE_DIRTY_RATIO, "log.cleaner.min.cleanable.ratio");
        names.put(TopicConfigKey.MIN_COMPACTION_LAG_MS, "log.cleaner.min.compaction.lag.ms");
        names.put(TopicConfigKey.MAX_COMPACTION_LAG_MS, "log.cleaner.max.compaction.lag.ms");
        names.put(TopicConfigKey.DELETE_RETENTION_MS, "log.cleaner.delete.retention.ms");
        // Settings that Kafka does not have.
        names.put(TopicConfigKey.FLUSH, "topics.defaults.flush");
        names.put(TopicConfigKey.FLUSH_INTERVAL_MS, "topics.defaults.flush.interval.ms");
        return names;
    }
}
