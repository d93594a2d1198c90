package io.letterbox.telemetry;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.DoubleSupplier;

/**
 * Exports every limit and how much of it is used: two series with the same names for all of them, so that one alert
 * rule covers all. Any thread.
 */
public final class LimitMeters implements MultiCollector {
    private static final String LIMIT = "letterbox_limit";
    private static final String USED = "letterbox_limit_used";

    /** The used share from which a limit counts as near; the alert rule has the same number. */
    static final double NEAR = 0.8;

    private final List<Limit> limits = new CopyOnWriteArrayList<>();

    /**
     * One limit.
     *
     * @param name the setting, as {@code limits.topics}, or a limit of the system: {@code descriptors}, {@code heap}
     * @param used how much is used now
     * @param most the limit, in the same unit
     */
    private record Limit(String name, DoubleSupplier used, DoubleSupplier most) {}

    /**
     * Exports a limit; once per name.
     *
     * @param name see {@link Limit}; becomes a label
     * @param used how much is used now; called by any thread
     * @param most the limit, in the same unit; nothing is exported while it is not above 0
     */
    public void add(String name, DoubleSupplier used, DoubleSupplier most) {
        limits.add(new Limit(name, used, most));
    }

    /**
     * A sentence for each limit of which more than {@value #NEAR} is used, except for those that are reported
     * elsewhere.
     */
    List<String> near(List<String> except) {
        List<String> sentences = new ArrayList<>();
        for (Limit limit : limits) {
            if (except.contains(limit.name)) continue;
            double most = limit.most.getAsDouble();
            double used = limit.used.getAsDouble();
            if (most <= 0 || used <= NEAR * most) continue;
            sentences.add("Of " + limit.name + ", " + (long) used + " of " + (long) most + " are used.");
        }
        return sentences;
    }

    @Override
    public List<String> getPrometheusNames() {
        return List.of(LIMIT, USED);
    }

    @Override
    public MetricSnapshots collect() {
        GaugeSnapshot.Builder most = GaugeSnapshot.builder()
                .name(LIMIT)
                .help("How much there may be of what has a limit: a count, or bytes.");
        GaugeSnapshot.Builder used =
                GaugeSnapshot.builder().name(USED).help("How much of the limit with the same name is used.");
        for (Limit limit : limits) {
            double may = limit.most.getAsDouble();
            if (may <= 0) continue;
            Labels labels = Labels.of("name", limit.name);
            most.dataPoint(point(labels, may));
            used.dataPoint(point(labels, limit.used.getAsDouble()));
        }
        return MetricSnapshots.of(most.build(), used.build());
    }

    private static GaugeDataPointSnapshot point(Labels labels, double value) {
        return GaugeDataPointSnapshot.builder().labels(labels).value(value).build();
    }
}
