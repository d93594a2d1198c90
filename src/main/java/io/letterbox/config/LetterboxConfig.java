package io.letterbox.config;

/**
 * All settings of a server. The components' names are the keys of the YAML file; {@code conf/letterbox.yaml} documents
 * every one of them with its default.
 *
 * @param node what this process is
 * @param http the HTTP door
 * @param kafka the door for Kafka clients
 * @param topics what a topic is that says nothing about itself
 * @param limits how much clients may ask for
 * @param storage the storage shards
 * @param sse streams of Server-Sent Events
 * @param groups consumer groups
 * @param transactions idempotent producers and transactions
 * @param metrics what {@code /metrics} shows
 * @param shutdown how the server stops
 * @param log what the server says about its own work
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
