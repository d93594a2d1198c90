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
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Consumer groups and the offsets of topics under the names that kafka_exporter (and, for seconds, kafka-lag-exporter)
 * made common, so that existing dashboards and alert rules work. Any thread; has no state but the last survey.
 */
final class GroupCollector implements MultiCollector {
    private static final String LAG = "kafka_consumergroup_lag";
    private static final String LAG_SUM = "kafka_consumergroup_lag_sum";
    private static final String LAG_SECONDS = "kafka_consumergroup_group_lag_seconds";
    private static final String OFFSET = "kafka_consumergroup_current_offset";
    private static final String MEMBERS = "kafka_consumergroup_members";
    private static final String TOPIC_END = "kafka_topic_partition_current_offset";
    private static final String TOPIC_START = "kafka_topic_partition_oldest_offset";
    private static final String UNREPORTED = "letterbox_unreported_groups";

    private final Supplier<Map<TopicPartition, PartitionStatus>> partitions;
    private volatile Shown shown = new Shown(List.of(), 0);

    private record Shown(List<GroupLag> groups, int unreported) {}

    GroupCollector(Supplier<Map<TopicPartition, PartitionStatus>> partitions) {
        this.partitions = partitions;
    }

    /** What is exported from now on. */
    void show(List<GroupLag> groups, int unreported) {
        shown = new Shown(groups, unreported);
    }

    @Override
    public List<String> getPrometheusNames() {
        return List.of(LAG, LAG_SUM, LAG_SECONDS, OFFSET, MEMBERS, TOPIC_END, TOPIC_START, UNREPORTED);
    }

    @Override
    public MetricSnapshots collect() {
        GaugeSnapshot.Builder lag = gauge(LAG, "Records of a partition that a group has not committed.");
        GaugeSnapshot.Builder lagSum = gauge(LAG_SUM, "Records of a topic that a group has not committed.");
        GaugeSnapshot.Builder seconds =
                gauge(LAG_SECONDS, "The age of the next record of a partition that a group has not committed.");
        GaugeSnapshot.Builder offset = gauge(OFFSET, "The next record of a partition that a group reads.");
        GaugeSnapshot.Builder members = gauge(MEMBERS, "Members of a group.");
        Shown now = shown;
        for (GroupLag group : now.groups()) {
            members.dataPoint(point(Labels.of("consumergroup", group.group()), group.members()));
            sums(group, lagSum);
            for (GroupLag.Progress progress : group.partitions()) {
                Labels labels = labels(progress.partition()).merge(Labels.of("consumergroup", group.group()));
                offset.dataPoint(point(labels, progress.offset()));
                if (progress.records() != null) lag.dataPoint(point(labels, progress.records()));
                if (progress.seconds() != null) seconds.dataPoint(point(labels, progress.seconds()));
            }
        }
        GaugeSnapshot.Builder start = gauge(TOPIC_START, "The first offset of a partition that can be read.");
        GaugeSnapshot.Builder end = gauge(TOPIC_END, "The offset after a partition's last record.");
        partitions.get().forEach((id, status) -> {
            start.dataPoint(point(labels(id), status.logStartOffset()));
            end.dataPoint(point(labels(id), status.highWatermark()));
        });
        GaugeSnapshot.Builder left = gauge(UNREPORTED, "Groups that are not shown here, because there are too many.");
        return MetricSnapshots.of(
                lag.build(),
                lagSum.build(),
                seconds.build(),
                offset.build(),
                members.build(),
                start.build(),
                end.build(),
                left.dataPoint(point(Labels.EMPTY, Math.max(0, now.unreported())))
                        .build());
    }

    private static void sums(GroupLag group, GaugeSnapshot.Builder into) {
        Map<String, Long> byTopic = new TreeMap<>();
        for (GroupLag.Progress progress : group.partitions()) {
            if (progress.records() != null) byTopic.merge(progress.partition().topic(), progress.records(), Long::sum);
        }
        byTopic.forEach(
                (topic, sum) -> into.dataPoint(point(Labels.of("consumergroup", group.group(), "topic", topic), sum)));
    }

    private static Labels labels(TopicPartition partition) {
        return Labels.of("partition", Integer.toString(partition.partition()), "topic", partition.topic());
    }

    private static GaugeSnapshot.Builder gauge(String name, String help) {
        return GaugeSnapshot.builder().name(name).help(help);
    }

    private static GaugeDataPointSnapshot point(Labels labels, double value) {
        return GaugeDataPointSnapshot.builder().labels(labels).value(value).build();
    }
}
