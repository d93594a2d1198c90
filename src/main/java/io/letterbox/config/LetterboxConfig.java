package io.letterbox.config;

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
        MetricsConfig metrics,
        ShutdownConfig shutdown,
        LoggingConfig log) {

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
                MetricsConfig.standard(),
                ShutdownConfig.standard(),
                LoggingConfig.standard());
    }
}
