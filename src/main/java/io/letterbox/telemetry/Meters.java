package io.letterbox.telemetry;

import io.letterbox.bus.ClusterFigures;
import io.letterbox.bus.PartitionStatus;
import io.letterbox.memory.StateBudget;
import io.letterbox.memory.StatePart;
import io.letterbox.record.TopicPartition;
import io.letterbox.time.ClockGuard;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/**
 * The meters of one process. Any thread; counting costs a few striped additions, so the hot paths keep the handles that
 * {@link #topic}, {@link #route} and {@link #sse} give and never look one up per record.
 *
 * <p>The names follow Prometheus' conventions: a {@code letterbox_} prefix, base units (seconds, bytes), {@code _total}
 * on counters. They are an interface: dashboards and alert rules name them.
 */
public final class Meters {
    private static final double NANOS_PER_SECOND = 1e9;

    /** From a cached page to a request that waits for a bad disk; few buckets, because every route has them. */
    private static final double[] REQUEST_SECONDS = {
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30
    };

    /** From a disk with a battery-backed cache to one that is about to fail. */
    private static final double[] FSYNC_SECONDS = {
        0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5
    };

    private static final double[] GROUP_BATCHES = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024};
    private static final double[] GROUP_RECORDS = {1, 4, 16, 64, 256, 1024, 4096, 16384, 65536};
    private static final double[] GROUP_BYTES = {256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216};

    private final Connections connections = new Connections();
    private final PrometheusMeterRegistry meterRegistry;
    private final PrometheusRegistry registry;
    private final ConcurrentHashMap<String, TopicMeters> topics = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, RouteMeter> routes = new ConcurrentHashMap<>();

    /** Incremented when a topic is forgotten; see {@link TopicMeters}. */
    private final AtomicInteger topicGeneration = new AtomicInteger();

    private final Counter recordsIn;
    private final Counter bytesIn;
    private final Counter recordsOut;
    private final Counter bytesOut;
    private final Histogram requests;
    private final Histogram kafkaRequests;
    private final Histogram fsync;
    private final Histogram groupBatches;
    private final Histogram groupRecords;
    private final Histogram groupBytes;
    private final Counter fsyncFailures;
    private final Gauge recoverySeconds;
    private final Gauge recoveryTruncated;
    private final Counter kafkaRefused;
    private final Gauge codecs;
    private final Gauge nativeTransport;
    private final Gauge walKept;
    private final Counter httpErrors;
    private final Counter kafkaErrors;
    private final SseMeters sse;
    private final LimitMeters limits = new LimitMeters();
    private final HousekeepingMeters housekeeping;

    /** Null while there is no replicated shard. */
    private volatile ReplicationMeters replication;

    /** Set once, while the server starts, before it is used. */
    private volatile GroupCollector groupCollector;

    /** Creates the meters in a registry of the process, once per registry. */
    public Meters(PrometheusMeterRegistry meterRegistry) {
        this.meterRegistry = Objects.requireNonNull(meterRegistry);
        this.registry = meterRegistry.getPrometheusRegistry();
        recordsIn = counter("letterbox_records_in", "Records acknowledged to publishers.", "topic", "door");
        bytesIn = counter("letterbox_bytes_in", "Bytes of acknowledged records as they came.", "topic", "door");
        recordsOut = counter("letterbox_records_out", "Records handed to readers.", "topic", "door");
        bytesOut = counter("letterbox_bytes_out", "Bytes handed to readers, framing included.", "topic", "door");
        requests = histogram(
                "letterbox_http_request_seconds",
                "Time from a request's head to the end of its answer, by route and class of status.",
                REQUEST_SECONDS,
                "route",
                "status");
        kafkaRequests = histogram(
                "letterbox_kafka_request_seconds",
                "Time from a request's last byte to its answer, by API of the Kafka protocol.",
                REQUEST_SECONDS,
                "api");
        fsync = histogram("letterbox_fsync_seconds", "Time that one group commit waited for the disk.", FSYNC_SECONDS);
        groupBatches = histogram(
                "letterbox_group_commit_batches", "Record batches that one group commit made durable.", GROUP_BATCHES);
        groupRecords = histogram(
                "letterbox_group_commit_records", "Records that one group commit made durable.", GROUP_RECORDS);
        groupBytes =
                histogram("letterbox_group_commit_bytes", "Bytes that one group commit made durable.", GROUP_BYTES);
        fsyncFailures = counter("letterbox_fsync_failures", "Forced writes that failed; one is fatal to its shard.");
        recoverySeconds = gauge("letterbox_recovery_seconds", "How long the recovery of the logs took at the start.");
        recoveryTruncated =
                gauge("letterbox_recovery_truncated_bytes", "Bytes of torn record batches that the recovery cut off.");
        kafkaRefused = counter(
                "letterbox_kafka_refused_connections",
                "Connections of the Kafka door that were ended because what they sent means nothing.");
        codecs = gauge(
                "letterbox_codec_available",
                "Whether batches of the codec can be read and written: 1, or 0 where its native library is missing.",
                "codec");
        nativeTransport = gauge(
                "letterbox_native_transport",
                "Whether sockets are those of Netty's native transport: 1, or 0 where it could not be loaded.");
        walKept = gauge(
                "letterbox_wal_kept_files",
                "Write-ahead files of earlier processes that are kept, because records in them could not be put back.");
        httpErrors =
                counter("letterbox_http_errors", "Requests that were answered with 400 or more, by status.", "status");
        kafkaErrors = counter(
                "letterbox_kafka_errors",
                "Error codes in answers to Kafka clients, by API: one for each topic, partition or group that has one.",
                "api",
                "error");
        sse = new SseMeters(registry);
        registry.register(limits);
        housekeeping = new HousekeepingMeters(this, System::nanoTime);
    }

    /** The registry, for what Micrometer and Vert.x meter themselves. */
    public PrometheusMeterRegistry registry() {
        return meterRegistry;
    }

    /** The handle of a topic, always the same until the topic is forgotten. */
    public TopicMeters topic(String topic) {
        TopicMeters known = topics.get(topic);
        return known != null ? known : topics.computeIfAbsent(topic, name -> new TopicMeters(this, name));
    }

    /** Removes the series of a deleted topic. A later count by an old handle begins a new series at zero. */
    public void forgetTopic(String topic) {
        topics.remove(topic);
        // First the series, then the generation: a handle that looks a series up in between drops it again.
        for (Counter counter : new Counter[] {recordsIn, bytesIn, recordsOut, bytesOut}) {
            for (Door door : Door.values()) {
                counter.remove(topic, door.label());
            }
        }
        topicGeneration.incrementAndGet();
    }

    /**
     * The handle of a route.
     *
     * @param routeTemplate a method and a template as {@code POST /topics/{topic}}: never a path that came from a
     *     client, because it becomes a label
     */
    public RouteMeter route(String routeTemplate) {
        return routes.computeIfAbsent(routeTemplate, template -> new RouteMeter(requests, httpErrors, template));
    }

    /** The handle of an API of the Kafka protocol, by the protocol's name for it. */
    public KafkaRequestMeter kafkaRequest(String api) {
        return new KafkaRequestMeter(kafkaRequests.labelValues(api));
    }

    /**
     * Counts errors in a response to a Kafka client.
     *
     * @param api the protocol's name of the API
     * @param error Kafka's name of the error
     * @param count the number of places in the response
     */
    public void kafkaErrors(String api, String error, int count) {
        kafkaErrors.labelValues(api, error).inc(count);
    }

    /** Counts a connection of the Kafka server that was closed because it does not speak the protocol. */
    public void kafkaRefused() {
        kafkaRefused.inc();
    }

    /**
     * Exports the connections of a server; call this once for each.
     *
     * @param door {@code http} or {@code kafka}, for the names
     * @param open connections that have been accepted
     * @param limit the most connections
     * @param silent connections that have not sent a whole request yet
     * @param refused connections that were refused, or closed to make room
     */
    public void bindConnections(
            String door, DoubleSupplier open, DoubleSupplier limit, DoubleSupplier silent, DoubleSupplier refused) {
        String name = "letterbox_" + door + "_connections";
        bindGauge(name, "Open connections of the door.", open);
        limits.add(door + ".maxConnections", open, limit);
        bindGauge("letterbox_" + door + "_silent_connections", "Connections without a whole request so far.", silent);
        CounterWithCallback.builder()
                .name(name + "_turned_away")
                .help("Connections that were turned away for want of room.")
                .callback(callback -> callback.call(refused.getAsDouble()))
                .register(registry);
    }

    /** The meters of the Server-Sent Events. */
    public SseMeters sse() {
        return sse;
    }

    /**
     * Records a group commit. One without batches, forced for a reason of the log's own, counts as a wait for the disk
     * only.
     *
     * @param fsyncNanos how long it waited for the disk, all files together
     * @param batches record batches that it made durable, 0 or more
     * @param records records in them
     * @param bytes their size on disk
     */
    public void groupCommit(long fsyncNanos, int batches, int records, long bytes) {
        fsync.observe(fsyncNanos / NANOS_PER_SECOND);
        if (batches == 0) return;
        groupBatches.observe(batches);
        groupRecords.observe(records);
        groupBytes.observe(bytes);
    }

    /** Counts a failed fsync. */
    public void fsyncFailed() {
        fsyncFailures.inc();
    }

    /**
     * Records the recovery of the logs.
     *
     * @param seconds how long it took, all partitions together
     * @param truncatedBytes how many bytes of torn batches were cut off
     */
    public void recovery(double seconds, long truncatedBytes) {
        recoverySeconds.set(seconds);
        recoveryTruncated.set(truncatedBytes);
    }

    /**
     * Records whether a codec works.
     *
     * @param word the codec's name in {@code compression.type}
     */
    public void codec(String word, boolean works) {
        codecs.labelValues(word).set(works ? 1 : 0);
    }

    /** Records whether the native transport is used, if there is one for this system. */
    public void nativeTransport(boolean works) {
        nativeTransport.set(works ? 1 : 0);
    }

    /** Counts a gap event: a subscriber was told that records after its cursor have been deleted. */
    public void gapEvent() {
        sse.gapEvent();
    }

    /** Counts a subscriber that fell back from the shared tail to reading the log. */
    public void catchUp() {
        sse.catchUp();
    }

    /**
     * Exports size, offsets and quarantine of the hosted partitions, and the number of topics and partitions. Read at
     * every scrape, so that a deleted topic disappears by itself; call this once.
     *
     * @param each whether there are series for each partition, or for each topic only
     */
    public void bindPartitions(Supplier<Map<TopicPartition, PartitionStatus>> partitions, boolean each) {
        registry.register(new PartitionCollector(partitions, each));
        groupCollector = new GroupCollector(each);
        registry.register(groupCollector);
    }

    /**
     * Exports these groups from now on; {@link #bindPartitions} has to have been called before.
     *
     * @param groups with at most {@value GroupLag#MAX_PARTITIONS} partitions, all together
     * @param unreported the number of further groups
     */
    public void groups(List<GroupLag> groups, int unreported) {
        groupCollector.setGroups(groups, unreported);
    }

    /** Exports what happened to clients' state for want of memory, and its limits; call this once. */
    public void bindState(StateBudget budget) {
        registry.register(new StateCollector(budget));
        for (StatePart part : budget.parts()) limits.add(part.setting(), part::usedBytes, part::limitBytes);
    }

    /**
     * Exports the data directory's disk; call this once.
     *
     * @param freeBytes bytes that can still be written
     * @param reserveBytes below this, records are refused
     */
    public void bindDisk(DoubleSupplier freeBytes, DoubleSupplier reserveBytes) {
        bindGauge("letterbox_disk_free_bytes", "Free bytes of the data directory's disk.", freeBytes);
        bindGauge("letterbox_disk_reserve_bytes", "Free bytes below which records are refused.", reserveBytes);
    }

    /** Exports whether the wall clock has jumped without a confirmation, and by how much; call this once. */
    public void bindClock(Supplier<ClockGuard> guard) {
        bindGauge(
                "letterbox_wall_clock_unconfirmed",
                "Whether nothing is deleted for its age because the wall clock has jumped: 1 or 0.",
                () -> guard.get().isConfirmed() ? 0 : 1);
        bindGauge(
                "letterbox_wall_clock_jump_seconds",
                "By how much the wall clock is ahead of the time that is confirmed; 0 where it is confirmed.",
                () -> guard.get().jumpMs() / 1000.0);
    }

    /**
     * Exports the operations on files that fail for now; call this once.
     *
     * @param failing the number of logs and shards that cannot do some of their work
     */
    public void bindShortages(DoubleSupplier failing) {
        bindGauge(
                "letterbox_storage_shortages",
                "Logs and shards that cannot do some of their work for want of room, descriptors or files; tried"
                        + " again.",
                failing);
    }

    /** Records the number of write-ahead logs of earlier processes that the start has kept. */
    public void walKept(int files) {
        walKept.set(files);
    }

    /** The limits, and how much of them is used. */
    public LimitMeters limits() {
        return limits;
    }

    /** The meters of retention and compaction. */
    public HousekeepingMeters housekeeping() {
        return housekeeping;
    }

    /** The meters of replicated shards; exported from the first call on, so a server that stands alone has none. */
    public ReplicationMeters replication() {
        ReplicationMeters known = replication;
        return known != null ? known : madeReplication();
    }

    private synchronized ReplicationMeters madeReplication() {
        if (replication == null) replication = new ReplicationMeters(this);
        return replication;
    }

    /** Exports what a node of a cluster counts, read at every scrape; call this once. */
    public void bindCluster(Supplier<ClusterFigures> figures) {
        registry.register(new ClusterCollector(figures));
    }

    /** Exports whether the server is ready, as 1 or 0; call this once. */
    public void bindHealth(Health health) {
        bindGauge(
                "letterbox_ready",
                "Whether the server is ready: 1, or 0 while it starts or drains, is blocked or has failed.",
                () -> health.condition().state() == Health.State.READY ? 1 : 0);
    }

    /**
     * Exports a number that is read at every scrape; once per name.
     *
     * @param name with prefix and base unit, as {@code letterbox_disk_free_bytes}
     * @param help a sentence
     */
    public void bindGauge(String name, String help, DoubleSupplier value) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .callback(callback -> callback.call(value.getAsDouble()))
                .register(registry);
    }

    int topicGeneration() {
        return topicGeneration.get();
    }

    Counter recordsIn() {
        return recordsIn;
    }

    Counter bytesIn() {
        return bytesIn;
    }

    Counter recordsOut() {
        return recordsOut;
    }

    Counter bytesOut() {
        return bytesOut;
    }

    void register(MultiCollector collector) {
        registry.register(collector);
    }

    Counter counter(String name, String help, String... labels) {
        return Counter.builder()
                .name(name)
                .help(help)
                .labelNames(labels)
                .withoutExemplars()
                .register(registry);
    }

    Gauge gauge(String name, String help, String... labels) {
        return Gauge.builder()
                .name(name)
                .help(help)
                .labelNames(labels)
                .withoutExemplars()
                .register(registry);
    }

    Histogram histogram(String name, String help, double[] bounds, String... labels) {
        return Histogram.builder()
                .name(name)
                .help(help)
                .labelNames(labels)
                .classicOnly()
                .classicUpperBounds(bounds)
                .withoutExemplars()
                .register(registry);
    }

    /** The open connections. */
    public Connections connections() {
        return connections;
    }
}
