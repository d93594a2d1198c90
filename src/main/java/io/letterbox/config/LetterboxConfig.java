package io.letterbox.config;

/**
 * All settings of a server. The components' names are the keys of the YAML file; {@code conf/letterbox.yaml} documents
 * every one of them with its default.
 *
 * @param node what this process is
 * @param http the HTTP door
 * @param topics what a topic is that says nothing about itself
 * @param limits how much clients may ask for
 * @param storage the storage shards
 * @param sse streams of Server-Sent Events
 * @param shutdown how the server stops
 * @param log what the server says about its own work
 */
public record LetterboxConfig(
        NodeConfig node,
        HttpConfig http,
        TopicsConfig topics,
        LimitsConfig limits,
        StorageConfig storage,
        SseConfig sse,
        ShutdownConfig shutdown,
        LoggingConfig log) {

    /** Every key at its default. */
    public static LetterboxConfig defaults() {
        return new LetterboxConfig(
                NodeConfig.standard(),
                HttpConfig.standard(),
                TopicsConfig.standard(),
                LimitsConfig.standard(),
                StorageConfig.standard(),
                SseConfig.standard(),
                ShutdownConfig.standard(),
                LoggingConfig.standard());
    }
}
