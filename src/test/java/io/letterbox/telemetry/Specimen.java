package io.letterbox.telemetry;

import io.letterbox.bus.ClusterFigures;
import io.letterbox.bus.ClusterStatus;
import io.letterbox.bus.PartitionStatus;
import io.letterbox.memory.StateAccount;
import io.letterbox.memory.StateBudget;
import io.letterbox.record.TopicPartition;
import io.letterbox.time.ClockGuard;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Meters in which everything has been counted at least once, as in a server that has run for a while. */
final class Specimen implements AutoCloseable {
    /** The limits that the server exports in addition to those bound here. */
    private static final List<String> LIMITS = List.of(
            "limits.topics",
            "limits.partitions",
            "limits.partitionsPerTopic",
            "limits.subscribers",
            "limits.ingressBytes",
            "limits.pageBytes",
            "descriptors",
            "heap",
            "direct-memory");

    final PrometheusMeterRegistry registry = ProcessMetrics.newRegistry();
    final Meters meters = new Meters(registry);
    final ThreadWatch threads = new ThreadWatch(meters);
    final Map<TopicPartition, PartitionStatus> partitions = new HashMap<>();

    Specimen() {
        this(true);
    }

    /** @param each whether there are series for each partition */
    Specimen(boolean each) {
        for (Door door : Door.values()) {
            meters.topic("orders").in(door, 3, 300);
            meters.topic("orders").out(door, 6, 700);
        }
        for (int status : new int[] {200, 304, 404, 429, 500}) {
            meters.route("POST /topics/{topic}").record(2_000_000, status);
        }
        meters.groupCommit(1_500_000, 4, 12, 1200);
        meters.fsyncFailed();
        meters.recovery(0.25, 17);
        meters.codec("zstd", true);
        meters.nativeTransport(true);
        meters.gapEvent();
        meters.catchUp();
        meters.sse().connected(true);
        meters.sse().connected(false);
        meters.sse().delivered(20);
        meters.sse().stallBegan();
        for (DisconnectReason reason : DisconnectReason.values()) {
            meters.sse().connected(false);
            meters.sse().disconnected(reason);
        }
        partitions.put(new TopicPartition("orders", 0), new PartitionStatus(5, 40, 40, 42, 4096, 2, null, false));
        partitions.put(
                new TopicPartition("orders", 1), new PartitionStatus(0, 0, 0, 0, 0, 1, "a bad batch at 7", false));
        meters.bindPartitions(() -> partitions, each);
        meters.groups(
                List.of(new GroupLag(
                        "readers",
                        2,
                        List.of(
                                new GroupLag.Progress(new TopicPartition("orders", 0), 30, 10L, 1.5),
                                new GroupLag.Progress(new TopicPartition("orders", 1), 0, null, null)))),
                0);
        StateBudget state = StateBudget.of(1 << 20, 1 << 20, 1 << 20, 1);
        StateAccount account = state.groups().open();
        account.charge(5000);
        account.refused();
        account.dropped(3);
        meters.bindState(state);
        for (String name : LIMITS) meters.limits().add(name, () -> 700, () -> 1000);
        for (String door : List.of("http", "kafka")) meters.bindConnections(door, () -> 7, () -> 10, () -> 2, () -> 3);
        meters.kafkaRequest("Produce").answered(2_000_000);
        meters.kafkaErrors("Produce", "UNKNOWN_SERVER_ERROR", 2);
        meters.kafkaRefused();
        keepHouse();
        for (ThreadKind kind : ThreadKind.values()) threads.watch(kind.label() + "-0", kind, Runnable::run);
        // Queues the tasks, and reads their results.
        threads.check();
        threads.check();
        meters.bindHealth(new Health());
        meters.bindClock(() -> ClockGuard.first(0, 0).at(0, 7_200_000));
        meters.bindShortages(() -> 1);
        meters.bindDisk(() -> 5e9, () -> 268_435_456);
    }

    private void keepHouse() {
        TopicPartition partition = new TopicPartition("orders", 0);
        meters.housekeeping().started(0);
        meters.housekeeping().passFinished(0, 1500);
        meters.housekeeping().deleted(20, 2000);
        meters.housekeeping().compactionBegan(partition);
        meters.housekeeping().compactionEnded(partition, false);
        meters.walKept(1);
        seeCluster();
    }

    private void seeCluster() {
        meters.replication().committed(1200, 3_000_000);
        meters.replication().followed(700);
        meters.bindCluster(() -> new ClusterFigures(
                3,
                2,
                new ClusterFigures.Bus(true, 1, 4),
                new ClusterFigures.Shards(2, 1, 1, 5, 6),
                List.of(
                        new ClusterFigures.Follower(0, 2, 0, 0),
                        new ClusterFigures.Follower(0, 3, 120, 14_500),
                        new ClusterFigures.Follower(1, 3, 120, ClusterStatus.UNKNOWN)),
                new ClusterFigures.Forwarding(100, 7),
                Map.of(2, -1_500L)));
    }

    Exposition scrape() {
        return new Exposition(registry.scrape(TelemetryRoutes.TEXT));
    }

    @Override
    public void close() {
        registry.close();
    }
}
