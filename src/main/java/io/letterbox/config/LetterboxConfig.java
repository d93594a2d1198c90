package io.letterbox.config;

import java.util.HashMap;
import java.util.Map;

/**
 * All settings of a server. The components' names are the keys of the YAML file; {@code conf/letterbox.yaml} documents
 * every one of them with its default.
 *
 * @param node the node that this process is
 * @param http the HTTP server
 * @param kafka the server for Kafka clients
 * @param topics the defaults of topics
 * @param limits the limits on clients
 * @param storage the storage shards
 * @param sse streams of Server-Sent Events
 * @param groups consumer groups
 * @param transactions idempotent producers and transactions
 * @param cluster how the node works together with others
 * @param metrics what {@code /metrics} shows
 * @param shutdown how the server stops
 * @param log the log of the server itself
 */
public record LetterboxConfig(
        NodeConfig node,
        HttpConfig http,
        KafkaConfig kafka,
        TopicsConfig topics,
        LimitsConfig limits,
        StorageConfig storage,
        SseConfig sse,
        GroupsConfig groups,
        TransactionsConfig transactions,
        ClusterConfig cluster,
        MetricsConfig metrics,
        ShutdownConfig shutdown,
        LoggingConfig log) {

    public LetterboxConfig {
        if (cluster.enabled()) checkPorts(http, kafka, cluster);
    }

    /** Every key at its default. */
    public static LetterboxConfig defaults() {
        return new LetterboxConfig(
                NodeConfig.standard(),
                HttpConfig.standard(),
                KafkaConfig.standard(),
                TopicsConfig.standard(),
                LimitsConfig.standard(),
                StorageConfig.standard(),
                SseConfig.standard(),
                GroupsConfig.standard(),
                TransactionsConfig.standard(),
                ClusterConfig.standard(),
                MetricsConfig.standard(),
                ShutdownConfig.standard(),
                LoggingConfig.standard());
    }

    /** Each port of a node in a cluster has to be one of its own. */
    private static void checkPorts(HttpConfig http, KafkaConfig kafka, ClusterConfig cluster) {
        Map<Integer, String> keys = new HashMap<>();
        if (http.port() != 0) keys.put(http.port(), "http.port");
        if (kafka.enabled() && kafka.port() != 0) keys.put(kafka.port(), "kafka.port");
        ClusterConfig.Ports ports = cluster.ports();
        claim(keys, "cluster.port", ports.own());
        claim(keys, "cluster.raftPort", ports.raft());
        claim(keys, "cluster.busPort", ports.bus());
        claim(keys, "cluster.discoveryPort", ports.discovery());
    }

    private static void claim(Map<Integer, String> keys, String key, int port) {
        String other = keys.putIfAbsent(port, key);
        if (other == null) return;
        throw new InvalidSetting(
                key, port, "a port that is not that of " + other + ", too; one that is not set follows the one before");
    }
}
