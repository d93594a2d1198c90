package io.letterbox.telemetry;

import io.letterbox.bus.ClusterFigures;
import io.letterbox.bus.ClusterStatus;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Exports what a node of a cluster counts. Any thread. */
final class ClusterCollector implements MultiCollector {
    private static final String NODES = "letterbox_cluster_nodes";
    private static final String REACHABLE = "letterbox_cluster_reachable_nodes";
    private static final String BUS_UP = "letterbox_cluster_bus_up";
    private static final String BUS_DEAF = "letterbox_cluster_bus_deaf_nodes";
    private static final String BUS_ENDS = "letterbox_cluster_bus_ends";
    private static final String LED = "letterbox_shards_led";
    private static final String LEADERLESS = "letterbox_shards_leaderless";
    private static final String BELOW = "letterbox_shards_below_min_in_sync";
    private static final String LEADER_CHANGES = "letterbox_leader_changes";
    private static final String ELECTIONS = "letterbox_elections";
    private static final String FORWARDED = "letterbox_forwarded_requests";
    private static final String FORWARD_FAILURES = "letterbox_forwarded_request_failures";
    private static final String LAG_ENTRIES = "letterbox_follower_lag_entries";
    private static final String LAG_SECONDS = "letterbox_follower_lag_seconds";
    private static final String CLOCK = "letterbox_cluster_clock_ahead_seconds";

    private final Supplier<ClusterFigures> figures;

    ClusterCollector(Supplier<ClusterFigures> figures) {
        this.figures = figures;
    }

    @Override
    public List<String> getPrometheusNames() {
        return List.of(
                NODES,
                REACHABLE,
                BUS_UP,
                BUS_DEAF,
                BUS_ENDS,
                LED,
                LEADERLESS,
                BELOW,
                LEADER_CHANGES,
                ELECTIONS,
                FORWARDED,
                FORWARD_FAILURES,
                LAG_ENTRIES,
                LAG_SECONDS,
                CLOCK);
    }

    @Override
    public MetricSnapshots collect() {
        ClusterFigures now = figures.get();
        List<MetricSnapshot> all = new ArrayList<>();
        all.add(gauge(NODES, "Nodes of the cluster, this one among them.", now.nodes()));
        all.add(gauge(REACHABLE, "Nodes that have answered this one lately, itself counted.", now.reachableNodes()));
        bus(now.bus(), all);
        shards(now.shards(), all);
        all.add(counter(
                FORWARDED,
                "Requests that this node sent to others because those lead.",
                now.forwarding().sent()));
        all.add(counter(
                FORWARD_FAILURES,
                "Forwarded requests that were refused or not answered; most are repeated.",
                now.forwarding().failed()));
        followers(now.followers(), all);
        GaugeSnapshot.Builder clock = GaugeSnapshot.builder()
                .name(CLOCK)
                .help("How far another node's wall clock is ahead of this node's; negative if it is behind.");
        now.clockAheadMs().forEach((node, aheadMs) -> clock.dataPoint(point(label(node), aheadMs / 1000.0)));
        all.add(clock.build());
        return new MetricSnapshots(all);
    }

    private static void bus(ClusterFigures.Bus bus, List<MetricSnapshot> all) {
        all.add(gauge(
                BUS_UP,
                "Whether the event bus between the nodes runs here: 1, or 0; then requests are slower.",
                bus.up() ? 1 : 0));
        all.add(gauge(BUS_DEAF, "Nodes that are there and do not answer on the event bus.", bus.deaf()));
        all.add(counter(BUS_ENDS, "How often the event bus has ended by itself and begun anew.", bus.ends()));
    }

    private static void shards(ClusterFigures.Shards shards, List<MetricSnapshot> all) {
        all.add(gauge(LED, "Shards that this node leads.", shards.led()));
        all.add(gauge(LEADERLESS, "Shards that nobody leads as far as this node knows.", shards.leaderless()));
        all.add(gauge(
                BELOW,
                "Shards led here with fewer replicas in sync than their topics demand (min.insync.replicas).",
                shards.belowMinInSync()));
        all.add(counter(
                LEADER_CHANGES, "How often another node came to lead a group of this node.", shards.leaderChanges()));
        all.add(counter(ELECTIONS, "Terms that the groups of this node have gone through.", shards.elections()));
    }

    private static void followers(List<ClusterFigures.Follower> followers, List<MetricSnapshot> all) {
        GaugeSnapshot.Builder entries = GaugeSnapshot.builder()
                .name(LAG_ENTRIES)
                .help("Committed entries that another replica of a shard led here lacks.");
        GaugeSnapshot.Builder seconds = GaugeSnapshot.builder()
                .name(LAG_SECONDS)
                .help("For how long another replica of a shard led here has lacked something.");
        for (ClusterFigures.Follower each : followers) {
            Labels labels = Labels.of("shard", Integer.toString(each.shard()), "node", Integer.toString(each.node()));
            entries.dataPoint(point(labels, each.lagEntries()));
            if (each.lagMs() != ClusterStatus.UNKNOWN) seconds.dataPoint(point(labels, each.lagMs() / 1000.0));
        }
        all.add(entries.build());
        all.add(seconds.build());
    }

    private static Labels label(int node) {
        return Labels.of("node", Integer.toString(node));
    }

    private static GaugeDataPointSnapshot point(Labels labels, double value) {
        return GaugeDataPointSnapshot.builder().labels(labels).value(value).build();
    }

    private static GaugeSnapshot gauge(String name, String help, double value) {
        return GaugeSnapshot.builder()
                .name(name)
                .help(help)
                .dataPoint(point(Labels.EMPTY, value))
                .build();
    }

    private static CounterSnapshot counter(String name, String help, double value) {
        return CounterSnapshot.builder()
                .name(name)
                .help(help)
                .dataPoint(CounterDataPointSnapshot.builder().value(value).build())
                .build();
    }
}
