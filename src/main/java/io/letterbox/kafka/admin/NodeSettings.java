package io.letterbox.kafka.admin;

import io.letterbox.config.LetterboxConfig;
import io.letterbox.metadata.Endpoint;
import io.letterbox.metadata.TopicConfigKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsSynonym;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigType;

/**
 * A node's settings under the names of Kafka's broker settings; the documentation of each tells its name in Letterbox'
 * configuration file. All of them can be read; the defaults of topics can also be changed.
 */
final class NodeSettings {
    private static final LetterboxConfig DEFAULTS = LetterboxConfig.defaults();

    private static final List<Setting> SETTINGS = List.of(
            new Setting("node.id", "node.id", ConfigType.INT, c -> c.node().id(), "The node's number."),
            new Setting("broker.id", "node.id", ConfigType.INT, c -> c.node().id(), "The node's number."),
            new Setting(
                    "log.dirs", "node.dataDir", ConfigType.STRING, c -> c.node().dataDir(), "Where all is kept."),
            new Setting(
                    "listeners",
                    "kafka.port",
                    ConfigType.LIST,
                    c -> address(new Endpoint(c.kafka().host(), c.kafka().port())),
                    "Where the node listens for Kafka clients."),
            new Setting(
                    "num.partitions",
                    "topics.partitions",
                    ConfigType.INT,
                    c -> c.topics().partitions(),
                    "How many partitions a topic has that is created without a number."),
            fixed("default.replication.factor", ConfigType.INT, 1, "How many replicas a topic has that does not say."),
            new Setting(
                    "auto.create.topics.enable",
                    "topics.autoCreate",
                    ConfigType.BOOLEAN,
                    c -> c.topics().autoCreate(),
                    "Whether the first use of a name creates the topic."),
            fixed("delete.topic.enable", ConfigType.BOOLEAN, true, "Whether topics can be deleted."),
            fixed("log.cleaner.enable", ConfigType.BOOLEAN, true, "Whether compacted topics are compacted."),
            new Setting(
                    "connections.max.idle.ms",
                    "kafka.idleTimeoutSeconds",
                    ConfigType.LONG,
                    c -> c.kafka().idleTimeoutSeconds() * 1000L,
                    "How long a connection may carry nothing."),
            new Setting(
                    "max.connections",
                    "kafka.maxConnections",
                    ConfigType.INT,
                    c -> c.kafka().maxConnections(),
                    "How many connections there may be."),
            new Setting(
                    "max.connections.per.ip",
                    "kafka.maxConnectionsPerAddress",
                    ConfigType.INT,
                    c -> c.kafka().maxConnectionsPerAddress() == 0
                            ? Integer.MAX_VALUE
                            : c.kafka().maxConnectionsPerAddress(),
                    "How many connections there may be from one address."),
            new Setting(
                    "socket.request.max.bytes",
                    "kafka.maxRequestBytes",
                    ConfigType.INT,
                    c -> c.kafka().maxRequestBytes(),
                    "The largest request."),
            new Setting(
                    "offsets.topic.num.partitions",
                    "groups.partitions",
                    ConfigType.INT,
                    c -> c.groups().partitions(),
                    "How many partitions __consumer_offsets gets."),
            fixed("offsets.topic.replication.factor", ConfigType.SHORT, 1, "How many replicas they have."),
            new Setting(
                    "offsets.retention.minutes",
                    "groups.offsetsRetentionMinutes",
                    ConfigType.INT,
                    c -> c.groups().offsetsRetentionMinutes(),
                    "How long the offsets of a group without members are kept."),
            new Setting(
                    "group.initial.rebalance.delay.ms",
                    "groups.initialRebalanceDelayMs",
                    ConfigType.INT,
                    c -> c.groups().initialRebalanceDelayMs(),
                    "How long an empty group waits for more members."),
            new Setting(
                    "group.min.session.timeout.ms",
                    "groups.minSessionTimeoutMs",
                    ConfigType.INT,
                    c -> c.groups().minSessionTimeoutMs(),
                    "The shortest session timeout that a member may ask for."),
            new Setting(
                    "group.max.session.timeout.ms",
                    "groups.maxSessionTimeoutMs",
                    ConfigType.INT,
                    c -> c.groups().maxSessionTimeoutMs(),
                    "The longest session timeout that a member may ask for."),
            new Setting(
                    "group.max.size",
                    "groups.maxMembers",
                    ConfigType.INT,
                    c -> c.groups().maxMembers(),
                    "How many members a group may have."),
            new Setting(
                    "group.consumer.session.timeout.ms",
                    "groups.sessionTimeoutMs",
                    ConfigType.INT,
                    c -> c.groups().sessionTimeoutMs(),
                    "The session timeout of members that leave it to the server."),
            new Setting(
                    "group.consumer.heartbeat.interval.ms",
                    "groups.heartbeatIntervalMs",
                    ConfigType.INT,
                    c -> c.groups().heartbeatIntervalMs(),
                    "How often those members send a heartbeat."),
            new Setting(
                    "transaction.state.log.num.partitions",
                    "transactions.partitions",
                    ConfigType.INT,
                    c -> c.transactions().partitions(),
                    "How many partitions __transaction_state gets."),
            fixed("transaction.state.log.replication.factor", ConfigType.SHORT, 1, "How many replicas they have."),
            new Setting(
                    "transaction.max.timeout.ms",
                    "transactions.maxTimeoutMs",
                    ConfigType.INT,
                    c -> c.transactions().maxTimeoutMs(),
                    "The longest transaction timeout that a producer may ask for."),
            new Setting(
                    "transactional.id.expiration.ms",
                    "transactions.transactionalIdExpirationMs",
                    ConfigType.INT,
                    c -> c.transactions().transactionalIdExpirationMs(),
                    "How long a transactional id is remembered that nobody uses."),
            new Setting(
                    "producer.id.expiration.ms",
                    "transactions.producerIdExpirationMs",
                    ConfigType.INT,
                    c -> c.transactions().producerIdExpirationMs(),
                    "How long a producer is remembered that writes nothing."));

    private NodeSettings() {}

    /** A setting, its name in the configuration file (or null), and how its value is read. */
    private record Setting(
            String name, String ownName, ConfigType type, Function<LetterboxConfig, Object> value, String doc) {}

    private static Setting fixed(String name, ConfigType type, Object value, String doc) {
        return new Setting(name, null, type, config -> value, doc);
    }

    /**
     * All settings of this node.
     *
     * @param advertised the address that clients are told to connect to
     */
    static List<DescribeConfigsResourceResult> describe(
            LetterboxConfig config, ServerValues server, Endpoint advertised, boolean synonyms, boolean documentation) {
        List<DescribeConfigsResourceResult> results = new ArrayList<>();
        for (Setting setting : SETTINGS) results.add(one(setting, config, synonyms, documentation));
        Setting address = new Setting(
                "advertised.listeners",
                "kafka.advertisedHost",
                ConfigType.LIST,
                c -> address(
                        c == DEFAULTS ? new Endpoint(c.kafka().host(), c.kafka().port()) : advertised),
                "Where clients are told to connect to.");
        results.add(one(address, config, synonyms, documentation));
        for (TopicConfigKey key : TopicConfigKey.values()) results.add(ofTopics(key, server, synonyms, documentation));
        return results;
    }

    /** The settings that were set for all nodes at runtime, and no others. */
    static List<DescribeConfigsResourceResult> describeAllNodes(
            ServerValues server, boolean synonyms, boolean documentation) {
        ServerValues ofAll = new ServerValues(Map.of(), server.allNodes(), server.file());
        return Stream.of(TopicConfigKey.values())
                .filter(key -> server.allNodes().containsKey(key.key()))
                .map(key -> ofTopics(key, ofAll, synonyms, documentation))
                .collect(Collectors.toList());
    }

    private static DescribeConfigsResourceResult ofTopics(
            TopicConfigKey key, ServerValues server, boolean synonyms, boolean documentation) {
        return new DescribeConfigsResourceResult()
                .setName(TopicSettings.serverName(key))
                .setConfigType(TopicSettings.type(key).id())
                .setValue(server.value(key))
                .setConfigSource(server.source(key).id())
                .setSynonyms(synonyms ? TopicSettings.serverSynonyms(server, key) : List.of())
                .setDocumentation(documentation ? key.doc() : null);
    }

    /** Whether a setting comes from the configuration file, or is fixed. */
    static boolean isOfFile(String name) {
        return SETTINGS.stream().anyMatch(setting -> setting.name().equals(name));
    }

    private static String address(Endpoint endpoint) {
        return "PLAINTEXT://" + endpoint.authority();
    }

    private static DescribeConfigsResourceResult one(
            Setting setting, LetterboxConfig config, boolean synonyms, boolean documentation) {
        String value = String.valueOf(setting.value().apply(config));
        String standard = String.valueOf(setting.value().apply(DEFAULTS));
        boolean changed = !value.equals(standard);
        List<DescribeConfigsSynonym> names = new ArrayList<>();
        ConfigSource source = changed ? ConfigSource.STATIC_BROKER_CONFIG : ConfigSource.DEFAULT_CONFIG;
        names.add(TopicSettings.synonym(setting.name(), value, source));
        if (changed) names.add(TopicSettings.synonym(setting.name(), standard, ConfigSource.DEFAULT_CONFIG));
        String own = setting.ownName() == null ? "" : " In Letterbox' own file: " + setting.ownName() + ".";
        return readOnly(setting.name(), setting.type())
                .setValue(value)
                .setConfigSource(source.id())
                .setSynonyms(synonyms ? names : List.of())
                .setDocumentation(documentation ? setting.doc() + own : null);
    }

    private static DescribeConfigsResourceResult readOnly(String name, ConfigType type) {
        return new DescribeConfigsResourceResult()
                .setName(name)
                .setReadOnly(true)
                .setConfigType(type.id());
    }
}
