package io.letterbox.config;

/**
 * The content of {@code /metrics}.
 *
 * @param partitions whether there are series for each partition; else those of a topic are summed up
 */
public record MetricsConfig(boolean partitions) {
    static MetricsConfig standard() {
        return new MetricsConfig(true);
    }
}
