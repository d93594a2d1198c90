package io.letterbox.telemetry;

import io.letterbox.record.TopicPartition;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Exports consumer groups under the names that kafka_exporter (and, for seconds, kafka-lag-exporter) made common, so
 * that existing dashboards and alert rules work. Any thread; its only state is the last collection.
 */
final class GroupCollector implements MultiCollector {
    private static final String LAG = "kafka_consumergroup_lag";
    private static final String LAG_SUM = "kafka_consumergroup_lag_sum";
    private static final String LAG_SECONDS = "kafka_consumergroup_group_lag_seconds";
    private static final String LONGEST_LAG_SECONDS = "kafka_consumergroup_group_max_lag_seconds";
    private static final String OFFSET = "kafka_consumergroup_current_offset";
    private static final String MEMBERS = "kafka_consumergroup_members";
    private static final String UNREPORTED = "letterbox_unreported_groups";

    private final boolean each;
    private volatile Collected collected = new Collected(List.of(), 0);

    private record Collected(List<GroupLag> groups, int unreported) {}

    /** @param each whether there are series for each partition */
    GroupCollector(boolean each) {
        this.each = each;
    }

    /** Sets the groups to export. */
    void setGroups(List<GroupLag> groups, int unreported) {
        collected = new Collected(groups, unreported);
    }

    @Override
    public List<String> getPrometheusNames() {
        return List.of(LAG, LAG_SUM, LAG_SECONDS, LONGEST_LAG_SECONDS, OFFSET, MEMBERS, UNREPORTED);
    }

    @Override
    public MetricSnapshots collect() {
        GaugeSnapshot.Builder lag = gauge(LAG, "Records of a partition that a group has not committed.");
        GaugeSnapshot.Builder lagSum = gauge(LAG_SUM, "Records of a topic that a group has not committed.");
        GaugeSnapshot.Builder seconds =
                gauge(LAG_SECONDS, "The age of the next record of a partition that a group has not committed.");
        GaugeSnapshot.Builder offset = gauge(OFFSET, "The next record of a partition that a group reads.");
        GaugeSnapshot.Builder members = gauge(MEMBERS, "Members of a group.");
        GaugeSnapshot.Builder longest = gauge(
                LONGEST_LAG_SECONDS,
                "The age of the oldest record that a group has not committed, of all its partitions.");
        Collected now = collected;
        for (GroupLag group : now.groups()) {
            Labels ofGroup = Labels.of("consumergroup", group.group());
            members.dataPoint(point(ofGroup, group.members()));
            sums(group, lagSum);
            group.partitions().stream()
                    .map(GroupLag.Progress::seconds)
                    .filter(Objects::nonNull)
                    .max(Double::compare)
                    .ifPresent(oldest -> longest.dataPoint(point(ofGroup, oldest)));
            if (!each) continue;
            for (GroupLag.Progress progress : group.partitions()) {
                Labels labels = labels(progress.partition()).merge(ofGroup);
                offset.dataPoint(point(labels, progress.offset()));
                if (progress.records() != null) lag.dataPoint(point(labels, progress.records()));
                if (progress.seconds() != null) seconds.dataPoint(point(labels, progress.seconds()));
            }
        }
        GaugeSnapshot.Builder left = gauge(UNREPORTED, "Groups that are not shown here, because there are too many.");
        return MetricSnapshots.of(
                lag.build(),
                lagSum.build(),
                seconds.build(),
                longest.build(),
                offset.build(),
                members.build(),
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
