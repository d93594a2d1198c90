package io.letterbox.telemetry;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;

/** The meters of the entries of replicated shards. Any thread; the handles are looked up once. */
public final class ReplicationMeters {
    private static final double NANOS_PER_SECOND = 1e9;

    /** From three disks with battery-backed caches in one rack to replicas that are far away or overloaded. */
    private static final double[] COMMIT_SECONDS = {
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5
    };

    private final Histogram commit;
    private final CounterDataPoint ledEntries;
    private final CounterDataPoint ledBytes;
    private final CounterDataPoint followedEntries;
    private final CounterDataPoint followedBytes;

    ReplicationMeters(Meters meters) {
        commit = meters.histogram(
                "letterbox_replication_commit_seconds",
                "Time from the proposal of an entry until a majority of replicas had forced it and the leader applied"
                        + " it.",
                COMMIT_SECONDS);
        Counter entries = meters.counter(
                "letterbox_replicated_entries",
                "Entries of shards' logs that this node has applied, as a leader or as a follower.",
                "role");
        Counter bytes = meters.counter(
                "letterbox_replicated_bytes",
                "Bytes of entries that this node has applied, as a leader or as a follower.",
                "role");
        ledEntries = entries.labelValues("leader");
        ledBytes = bytes.labelValues("leader");
        followedEntries = entries.labelValues("follower");
        followedBytes = bytes.labelValues("follower");
    }

    /**
     * An entry of this node's leadership is committed.
     *
     * @param nanos since it was proposed
     */
    public void committed(long bytes, long nanos) {
        commit.observe(nanos / NANOS_PER_SECOND);
        ledEntries.inc();
        ledBytes.inc(bytes);
    }

    /** An entry of another leadership was applied. */
    public void followed(long bytes) {
        followedEntries.inc();
        followedBytes.inc(bytes);
    }
}
