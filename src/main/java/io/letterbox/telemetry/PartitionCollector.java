package io.letterbox.telemetry;

import io.letterbox.bus.PartitionStatus;
import io.letterbox.record.TopicPartition;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/**
 * Exports the gauges of the partitions, computed at every scrape from the hosted partitions: nothing has to be removed
 * with a topic, and between scrapes nothing is spent. Offsets have the names that kafka_exporter made common. Without
 * series for each partition, those of a topic are summed under the same names. Any thread; stateless.
 */
final class PartitionCollector implements MultiCollector {
    private static final String SIZE = "letterbox_log_size_bytes";
    private static final String SEGMENTS = "letterbox_log_segments";
    private static final String START = "kafka_topic_partition_oldest_offset";
    private static final String END = "kafka_topic_partition_current_offset";
    private static final String QUARANTINED = "letterbox_quarantined_partitions";
    private static final String OFFLINE = "letterbox_offline_partitions";
    private static final String UNDECIDED = "letterbox_undecided_records";
    private static final String PARTITIONS = "letterbox_partitions";
    private static final String TOPICS = "letterbox_topics";

    private final Supplier<Map<TopicPartition, PartitionStatus>> partitions;
    private final boolean each;

    /** The values of one partition, or of all partitions of a topic. */
    private static final class Values {
        private final Labels labels;
        private long sizeBytes;
        private long segments;
        private long start;
        private long end;

        private Values(Labels labels) {
            this.labels = labels;
        }

        private void add(PartitionStatus status) {
            sizeBytes += status.sizeBytes();
            segments += status.segments();
            start += status.logStartOffset();
            end += status.highWatermark();
        }
    }

    /** @param each whether there are series for each partition */
    PartitionCollector(Supplier<Map<TopicPartition, PartitionStatus>> partitions, boolean each) {
        this.partitions = partitions;
        this.each = each;
    }

    @Override
    public List<String> getPrometheusNames() {
        return List.of(SIZE, SEGMENTS, START, END, QUARANTINED, OFFLINE, UNDECIDED, PARTITIONS, TOPICS);
    }

    @Override
    public MetricSnapshots collect() {
        Map<TopicPartition, PartitionStatus> all = partitions.get();
        Map<Object, Values> rows = new LinkedHashMap<>();
        Set<String> topics = new HashSet<>();
        long quarantined = 0;
        long offline = 0;
        long undecided = 0;
        for (Map.Entry<TopicPartition, PartitionStatus> entry : all.entrySet()) {
            TopicPartition id = entry.getKey();
            PartitionStatus status = entry.getValue();
            topics.add(id.topic());
            rows.computeIfAbsent(each ? id : id.topic(), row -> new Values(labels(id)))
                    .add(status);
            quarantined += status.quarantine() == null || status.offline() ? 0 : 1;
            offline += status.offline() ? 1 : 0;
            undecided += status.highWatermark() - status.lastStableOffset();
        }
        return MetricSnapshots.of(
                gauge(SIZE, "Bytes of a partition's segments.", rows, row -> row.sizeBytes),
                gauge(SEGMENTS, "Segments of a partition.", rows, row -> row.segments),
                gauge(START, "The first offset of a partition that can be read.", rows, row -> row.start),
                gauge(END, "The offset after a partition's last record that can be read.", rows, row -> row.end),
                single(QUARANTINED, "Partitions that refuse to serve because their log is damaged.", quarantined),
                single(OFFLINE, "Partitions whose log cannot be opened for now, which is tried again.", offline),
                single(
                        UNDECIDED,
                        "Records that readers of committed ones do not get to see yet, because a transaction before"
                                + " them is open.",
                        undecided),
                single(PARTITIONS, "Partitions that this node hosts.", all.size()),
                single(TOPICS, "Topics of which this node hosts a partition.", topics.size()));
    }

    private Labels labels(TopicPartition id) {
        if (!each) return Labels.of("topic", id.topic());
        return Labels.of("partition", Integer.toString(id.partition()), "topic", id.topic());
    }

    private static GaugeSnapshot gauge(
            String name, String help, Map<Object, Values> rows, ToLongFunction<Values> value) {
        List<GaugeDataPointSnapshot> points = new ArrayList<>(rows.size());
        for (Values row : rows.values()) points.add(point(row.labels, value.applyAsLong(row)));
        return new GaugeSnapshot(new MetricMetadata(name, help), points);
    }

    private static GaugeSnapshot single(String name, String help, double value) {
        return new GaugeSnapshot(new MetricMetadata(name, help), List.of(point(Labels.EMPTY, value)));
    }

    private static GaugeDataPointSnapshot point(Labels labels, double value) {
        return new GaugeDataPointSnapshot(value, labels, null);
    }
}
