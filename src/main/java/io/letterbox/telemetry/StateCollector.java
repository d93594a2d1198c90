package io.letterbox.telemetry;

import io.letterbox.memory.StateBudget;
import io.letterbox.memory.StatePart;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.List;

/**
 * Exports how often clients' state was dropped or refused for want of memory, by kind; {@link LimitMeters} has the
 * memory used. Any thread.
 */
final class StateCollector implements MultiCollector {
    private static final String DROPPED = "letterbox_state_dropped";
    private static final String REFUSED = "letterbox_state_refused";

    private final StateBudget budget;

    StateCollector(StateBudget budget) {
        this.budget = budget;
    }

    @Override
    public List<String> getPrometheusNames() {
        return List.of(DROPPED, REFUSED);
    }

    @Override
    public MetricSnapshots collect() {
        CounterSnapshot.Builder dropped = CounterSnapshot.builder()
                .name(DROPPED)
                .help("Producers and transactional ids, groups' members at a start, that were forgotten for want of"
                        + " room.");
        CounterSnapshot.Builder refused =
                CounterSnapshot.builder().name(REFUSED).help("Requests that were refused for want of room.");
        for (StatePart part : budget.parts()) {
            Labels labels = Labels.of("part", part.label());
            dropped.dataPoint(counter(labels, part.dropped()));
            refused.dataPoint(counter(labels, part.refused()));
        }
        return MetricSnapshots.of(dropped.build(), refused.build());
    }

    private static CounterDataPointSnapshot counter(Labels labels, double value) {
        return CounterDataPointSnapshot.builder().labels(labels).value(value).build();
    }
}
