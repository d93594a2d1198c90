package io.letterbox.telemetry;

import io.letterbox.bus.PartitionStatus;
import io.letterbox.record.TopicPartition;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The gauges of the partitions, made anew at every scrape from what is hosted at that moment: nothing has to be removed
 * with a topic, and between scrapes nothing is spent. Any thread; has no state.
 */
final class PartitionCollector implements MultiCollector {
    private static final String SIZE = "letterbox_log_size_bytes";
    private static final String SEGMENTS = "letterbox_log_segments";
    private static final String START = "letterbox_log_start_offset";
    private static final String END = "letterbox_log_end_offset";
    private static final String HIGH_WATERMARK = "letterbox_log_high_watermark";
    private static final String QUARANTINED = "letterbox_quarantined_partitions";
    private static final String OFFLINE = "letterbox_offline_partitions";
    private static final String PARTITIONS = "letterbox_partitions";
    private static final String TOPICS = "letterbox_topics";

    private final Supplier<Map<TopicPartition, PartitionStatus>> partitions;

    PartitionCollector(Supplier<Map<TopicPartition, PartitionStatus>> partitions) {
        this.partitions = partitions;
    }

    @Override
    public List<String> getPrometheusNames() {
        return List.of(SIZE, SEGMENTS, START, END, HIGH_WATERMARK, QUARANTINED, OFFLINE, PARTITIONS, TOPICS);
    }

    @Override
    public MetricSnapshots collect() {
        Map<TopicPartition, PartitionStatus> all = partitions.get();
        GaugeSnapshot.Builder size = gauge(SIZE, "Bytes of a partition's segments.");
        GaugeSnapshot.Builder segments = gauge(SEGMENTS, "Segments of a partition.");
        GaugeSnapshot.Builder start = gauge(START, "The first offset of a partition that can be read.");
        GaugeSnapshot.Builder end = gauge(END, "The offset that a partition's next record gets.");
        GaugeSnapshot.Builder highWatermark =
                gauge(HIGH_WATERMARK, "The offset after a partition's last record that can be read.");
        long quarantined = 0;
        long offline = 0;
        for (Map.Entry<TopicPartition, PartitionStatus> entry : all.entrySet()) {
            Labels labels = labels(entry.getKey());
            PartitionStatus status = entry.getValue();
            size.dataPoint(point(labels, status.sizeBytes()));
            segments.dataPoint(point(labels, status.segments()));
            start.dataPoint(point(labels, status.logStartOffset()));
            end.dataPoint(point(labels, status.logEndOffset()));
            highWatermark.dataPoint(point(labels, status.highWatermark()));
            quarantined += status.quarantine() == null || status.offline() ? 0 : 1;
            offline += status.offline() ? 1 : 0;
        }
        long topics =
                all.keySet().stream().map(TopicPartition::topic).distinct().count();
        return MetricSnapshots.of(
                size.build(),
                segments.build(),
                start.build(),
                end.build(),
                highWatermark.build(),
                single(QUARANTINED, "Partitions that refuse to serve because their log is damaged.", quarantined),
                single(OFFLINE, "Partitions whose log cannot be opened for now, which is tried again.", offline),
                single(PARTITIONS, "Partitions that this node hosts.", all.size()),
                single(TOPICS, "Topics of which this node hosts a partition.", topics));
    }

    private static Labels labels(TopicPartition partition) {
        return Labels.of("partition", Integer.toString(partition.partition()), "topic", partition.topic());
    }

    private static GaugeSnapshot.Builder gauge(String name, String help) {
        return GaugeSnapshot.builder().name(name).help(help);
    }

    private static GaugeSnapshot single(String name, String help, double value) {
        return gauge(name, help).dataPoint(point(Labels.EMPTY, value)).build();
    }

    private static GaugeDataPointSnapshot point(Labels labels, double value) {
        return GaugeDataPointSnapshot.builder().labels(labels).value(value).build();
    }
}
