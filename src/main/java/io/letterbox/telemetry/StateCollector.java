package io.letterbox.telemetry;

import io.letterbox.memory.StateBudget;
import io.letterbox.memory.StatePart;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.List;

/** The memory that the state of clients takes, by kind, beside its limits, so that alerts can compare. Any thread. */
final class StateCollector implements MultiCollector {
    private static final String USED = "letterbox_state_used_bytes";
    private static final String LIMIT = "letterbox_state_limit_bytes";
    private static final String DROPPED = "letterbox_state_dropped";
    private static final String REFUSED = "letterbox_state_refused";

    private final StateBudget budget;

    StateCollector(StateBudget budget) {
        this.budget = budget;
    }

    @Override
    public List<String> getPrometheusNames() {
        return List.of(USED, LIMIT, DROPPED, REFUSED);
    }

    @Override
    public MetricSnapshots collect() {
        GaugeSnapshot.Builder used = GaugeSnapshot.builder()
                .name(USED)
                .help("Memory that is taken by what is remembered for clients past a restart, estimated.");
        GaugeSnapshot.Builder limit =
                GaugeSnapshot.builder().name(LIMIT).help("Memory that it may take: producers, groups, transactions.");
        CounterSnapshot.Builder dropped = CounterSnapshot.builder()
                .name(DROPPED)
                .help(
                        "Producers and transactional ids, groups' members at a start, that were forgotten for want of room.");
        CounterSnapshot.Builder refused =
                CounterSnapshot.builder().name(REFUSED).help("Requests that were refused for want of room.");
        for (StatePart part : budget.parts()) {
            Labels labels = Labels.of("part", part.label());
            used.dataPoint(gauge(labels, part.usedBytes()));
            limit.dataPoint(gauge(labels, part.limitBytes()));
            dropped.dataPoint(counter(labels, part.dropped()));
            refused.dataPoint(counter(labels, part.refused()));
        }
        return MetricSnapshots.of(used.build(), limit.build(), dropped.build(), refused.build());
    }

    private static GaugeDataPointSnapshot gauge(Labels labels, double value) {
        return GaugeDataPointSnapshot.builder().labels(labels).value(value).build();
    }

    private static CounterDataPointSnapshot counter(Labels labels, double value) {
        return CounterDataPointSnapshot.builder().labels(labels).value(value).build();
    }
}
