package io.letterbox;

import io.letterbox.bus.ClusterInspection;
import io.letterbox.bus.Coordinators;
import io.letterbox.bus.FetchReader;
import io.letterbox.bus.PartitionStatus;
import io.letterbox.bus.Partitions;
import io.letterbox.bus.ProducerIdSource;
import io.letterbox.cluster.forwarding.ClusterPartitions;
import io.letterbox.config.LetterboxConfig;
import io.letterbox.disk.Disk;
import io.letterbox.disk.FileDisk;
import io.letterbox.host.Descriptors;
import io.letterbox.log.LastStop;
import io.letterbox.log.producers.ProducerLimits;
import io.letterbox.log.wal.RecoveredWal;
import io.letterbox.log.wal.WalDirectory;
import io.letterbox.memory.StateBudget;
import io.letterbox.memory.StatePart;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.Command;
import io.letterbox.metadata.Endpoint;
import io.letterbox.metadata.Limits;
import io.letterbox.metadata.LocalMetadataLog;
import io.letterbox.metadata.MetadataLog;
import io.letterbox.metadata.MetadataMachine;
import io.letterbox.metadata.ReplicaPlacement;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.TopicName;
import io.letterbox.storage.Ballast;
import io.letterbox.storage.ClockWatch;
import io.letterbox.storage.DataDirectory;
import io.letterbox.storage.DiskReserve;
import io.letterbox.storage.HostedPartitions;
import io.letterbox.storage.HostedShards;
import io.letterbox.storage.LayoutMigration;
import io.letterbox.storage.LocalPartitions;
import io.letterbox.storage.LogAccess;
import io.letterbox.storage.MetadataService;
import io.letterbox.storage.ParallelFsync;
import io.letterbox.storage.ProducerIds;
import io.letterbox.storage.RecoveryCheckpoint;
import io.letterbox.storage.ShardBus;
import io.letterbox.storage.ShardCount;
import io.letterbox.storage.Shortages;
import io.letterbox.storage.StateLimitLog;
import io.letterbox.storage.StorageServices;
import io.letterbox.storage.StorageVerticle;
import io.letterbox.storage.coordinator.CoordinatorRouter;
import io.letterbox.storage.coordinator.GroupCoordinatorType;
import io.letterbox.storage.coordinator.MarkerDelivery;
import io.letterbox.storage.coordinator.TopicPatternMatcher;
import io.letterbox.storage.coordinator.TransactionCoordinatorType;
import io.letterbox.telemetry.Health;
import io.letterbox.telemetry.Meters;
import io.letterbox.telemetry.ThreadKind;
import io.letterbox.telemetry.ThreadWatch;
import io.letterbox.time.Clock;
import io.letterbox.time.GuardedClock;
import io.letterbox.transactions.TransactionLimits;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.Closeable;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything that holds files: opened before the servers, closed after them. Used by the thread that starts the server.
 */
final class StorageAssembly {
    private static final Logger LOG = LoggerFactory.getLogger(StorageAssembly.class);
    private static final long DISK_CHECK_MS = 1000;
    private static final long CLOCK_CHECK_MS = 1000;
    private static final long STOP_SECONDS = 60;

    private final Vertx vertx;
    private final DataDirectory directory;
    private final ExecutorService metadataThread;
    private final ExecutorService forceThreads;
    private final MetadataLog metadataLog;

    /** Closes what this node keeps of the metadata by itself; the cluster closes its own. */
    private final Closeable ownMetadata;

    /** Null for a node that stands alone. */
    private final ClusterShards clusterShards;

    private EndedNodes endedNodes;

    private final ClusterAssembly cluster;
    private final MetadataService metadata;
    private final HostedPartitions hosted = new HostedPartitions();
    private final LayoutMigration layoutMigration;
    private final RecoveryCheckpoint recovery;
    private final DiskReserve disk;
    private final FetchReader reader;
    private final Partitions partitions;
    private final StateBudget memory;

    /** Used by the background thread. */
    private final List<StateLimitLog> limitLogs = new ArrayList<>();

    private final StorageServices services;
    private final ClusterInspection inspection;
    private final ProducerIdSource producerIds;
    private final Coordinators coordinators;
    private final TopicPatternMatcher patterns;
    private final ShardDeployments shards;
    private final ClockWatch clockWatch;
    private long diskCheck = -1;
    private long clockCheck = -1;

    /** @param cluster null for a node that stands alone */
    StorageAssembly(
            Vertx vertx,
            LetterboxConfig config,
            DataDirectory directory,
            Meters meters,
            Health health,
            ClusterAssembly cluster)
            throws IOException {
        this.vertx = vertx;
        this.cluster = cluster;
        this.directory = directory;
        Disk files = new FileDisk(config.storage().openLogFilesOf(Descriptors.most()));
        metadataThread = Executors.newSingleThreadExecutor(work -> new Thread(work, "letterbox-metadata"));
        forceThreads = Executors.newFixedThreadPool(ParallelFsync.THREADS, work -> new Thread(work, "letterbox-force"));
        MetadataSource source = openMetadata(files, config, health::failed);
        metadataLog = source.log();
        ownMetadata = source.own();
        clockWatch = new ClockWatch(files, directory.layout().lastServed(), Clock.system());
        layoutMigration = new LayoutMigration(files, directory.layout(), metadataLog.image());
        recovery = new RecoveryCheckpoint(files, directory.layout(), hosted, layoutMigration::incarnation);
        disk = new DiskReserve(directory.layout().root(), config.storage().diskReserveBytes());
        HostedShards hostedShards = new HostedShards();
        metadata = new MetadataService(vertx, metadataLog, hostedShards);
        WorkerExecutor readers = vertx.createSharedWorkerExecutor(
                "letterbox-reader", config.storage().readerThreads());
        Shortages shortages = new Shortages(clockWatch.clock());
        LogAccess access = new LogAccess(vertx, hosted, readers, shortages);
        reader = access;
        producerIds = new ProducerIds(vertx, metadata);
        LocalPartitions local = new LocalPartitions(vertx, hosted, hostedShards);
        partitions = cluster == null ? local : clusterPartitions(local, access);
        coordinators = new CoordinatorRouter(vertx, metadata, partitions, internalTopics(config));
        memory = StateBudget.of(
                config.limits().producerBytes(),
                config.limits().groupBytes(),
                config.limits().transactionBytes(),
                Runtime.getRuntime().maxMemory());
        for (StatePart part : memory.parts()) limitLogs.add(new StateLimitLog(part, Clock.system()));
        patterns = new TopicPatternMatcher(vertx);
        services = new StorageServices(
                config.node().id(),
                clockWatch.clock(),
                source.shards(),
                config.storage(),
                directory,
                files,
                WalDirectory.open(files, directory.layout().wal()),
                hosted,
                recovery,
                disk,
                new Ballast(files, directory.layout().ballast(), disk),
                shortages,
                meters,
                vertx.createSharedWorkerExecutor("letterbox-background", 1, 1, TimeUnit.HOURS),
                new ParallelFsync(forceThreads, recovery::forceFailed),
                health::failed,
                producerLimits(config),
                List.of(
                        new GroupCoordinatorType(config.groups(), memory.groups(), patterns),
                        transactionsKind(config)));
        shards = new ShardDeployments(vertx, hostedShards);
        clusterShards = cluster == null
                ? null
                : new ClusterShards(vertx, cluster, config.cluster(), services, shards, metadata);
        bind(config, meters, health, shortages);
        if (clusterShards != null) health.bindReplicas(clusterShards::sentences);
        inspection = cluster == null ? ClusterInspection.ALONE : inspection(meters, health);
        health.bindCluster(inspection);
    }

    private ClusterInspection inspection(Meters meters, Health health) {
        ClusterSelf self = new ClusterSelf(cluster, clusterShards, metadata, health, disk);
        meters.bindCluster(self::figures);
        return self.inspection(vertx);
    }

    /** The partitions of the cluster; has everybody here know what other nodes lead. */
    private Partitions clusterPartitions(LocalPartitions local, LogAccess access) {
        ClusterPartitions all = cluster.partitions(metadata, local, producerIds, this::barrier);
        access.askWhoLeads(all::isLedElsewhere);
        metadata.awaitUse(all.topicUse());
        metadata.describeQuorumBy(all.quorum(cluster.metadata()::controller, cluster.metadata()::quorum));
        return all;
    }

    private Future<Void> barrier(int shard) {
        return clusterShards.barrier(shard);
    }

    private ProducerLimits producerLimits(LetterboxConfig config) {
        return new ProducerLimits(
                config.transactions().producerIdExpirationMs(),
                config.transactions().maxProducersPerPartition(),
                memory.producers(),
                StateBudget.aborted(Runtime.getRuntime().maxMemory()),
                new SecureRandom().nextLong());
    }

    private void bind(LetterboxConfig config, Meters meters, Health health, Shortages shortages) {
        meters.bindState(memory);
        health.bindState(memory);
        meters.bindPartitions(hosted::statuses, config.metrics().partitions());
        meters.bindDisk(disk::freeBytes, disk::reserveBytes);
        meters.bindHealth(health);
        meters.bindShortages(shortages::failing);
        health.bindShortages(shortages::sentences);
        health.bindPartitions(hosted::refusing);
        health.bindDisk(disk::isSpent);
        health.bindClock(clockWatch::problem);
        meters.bindClock(clockWatch.clock()::guard);
    }

    private static Map<String, Integer> internalTopics(LetterboxConfig config) {
        return Map.of(
                TopicName.CONSUMER_OFFSETS,
                config.groups().partitions(),
                TopicName.TRANSACTION_STATE,
                config.transactions().partitions());
    }

    private TransactionCoordinatorType transactionsKind(LetterboxConfig config) {
        return new TransactionCoordinatorType(
                new TransactionLimits(
                        config.transactions().maxTimeoutMs(),
                        config.transactions().transactionalIdExpirationMs(),
                        memory.transactions()),
                new MarkerDelivery.TransactionServices(vertx, metadata, partitions, producerIds));
    }

    /** What the metadata go by. */
    static MetadataMachine machine(LetterboxConfig config) {
        Limits limits = new Limits(
                config.limits().topics(),
                config.limits().partitionsPerTopic(),
                config.limits().partitions());
        return new MetadataMachine(limits, config.topics().defaults());
    }

    /**
     * Where the metadata come from.
     *
     * @param own what this node keeps of them by itself
     * @param shards how many this node has, or will have as a rule
     */
    private record MetadataSource(MetadataLog log, Closeable own, int shards) {}

    private MetadataSource openMetadata(Disk files, LetterboxConfig config, Consumer<String> onFailure)
            throws IOException {
        if (cluster != null) {
            int shards = ReplicaPlacement.USUAL_FACTOR * config.cluster().shardsPerNode();
            return new MetadataSource(cluster.metadata(onFailure), () -> {}, shards);
        }
        LocalMetadataLog local = openMetadata(files, config);
        local.onFailure(onFailure);
        int shards = ShardCount.of(local, config.node().id(), config.storage().shards());
        return new MetadataSource(local, local, shards);
    }

    private LocalMetadataLog openMetadata(Disk files, LetterboxConfig config) throws IOException {
        return LocalMetadataLog.open(
                files,
                directory.layout().metadataLog(),
                machine(config),
                UUID.randomUUID().toString(),
                metadataThread);
    }

    /** Deploys the shards and recovers their logs. */
    void start() throws IOException {
        ShardBus.register(vertx.eventBus());
        long start = System.nanoTime();
        if (layoutMigration.isDue()) {
            recovery.write();
            layoutMigration.run(services.forces());
        }
        if (cluster == null) startAlone();
        else startInCluster();
        diskCheck =
                vertx.setPeriodic(DISK_CHECK_MS, t -> services.background().executeBlocking(this::measureDisk, false));
        clockCheck = vertx.setPeriodic(CLOCK_CHECK_MS, t -> checkClock());
        double seconds = (System.nanoTime() - start) / 1e9;
        services.meters().recovery(seconds, recovery.truncatedBytes());
        report(seconds);
    }

    private void startAlone() throws IOException {
        List<Future<Void>> deployed = new ArrayList<>();
        for (int shard = 0; shard < services.shards(); shard++)
            deployed.add(shards.deploy(shard, new StorageVerticle(shard, services)));
        Future.all(deployed).await();
        metadata.start().await();
        // The note of a failed fsync stays valid for logs that are opened later.
        if (hosted.statuses().values().stream().noneMatch(PartitionStatus::offline)) recovery.removeForceFailedNote();
        clearWal();
        Set<UUID> deleted = metadataLog.image().deleted().keySet();
        boolean allDeleted = shards.verticles().values().stream().noneMatch(StorageVerticle::hasDropsLeft);
        if (allDeleted && !deleted.isEmpty())
            metadata.propose(new Command.ForgetDeleted(Set.copyOf(deleted))).await();
    }

    private void startInCluster() throws IOException {
        metadata.deployBy(clusterShards::deploy);
        metadata.askCluster(cluster::agreedVersion);
        metadata.start().await();
        clusterShards.start();
        endedNodes = new EndedNodes(vertx, cluster::ended, coordinators.local());
        recovery.removeForceFailedNote();
    }

    private void report(double seconds) {
        if (recovery.logsOpened() == 0) {
            LOG.info("No partitions yet");
            return;
        }
        LOG.info(
                "Recovered {} partitions in {} s after {} stop: {} record batches checked, {} bytes cut off, {} batches"
                        + " put back",
                recovery.logsOpened(),
                String.format(java.util.Locale.ROOT, "%.3f", seconds),
                recovery.lastStop() == LastStop.CLEAN ? "a clean" : "an unclean",
                recovery.batchesChecked(),
                recovery.truncatedBytes(),
                recovery.batchesRestored());
    }

    /**
     * Deletes the write-ahead logs of earlier processes, which the logs contain now, except for logs that could not
     * take them.
     */
    private void clearWal() throws IOException {
        RecoveredWal remains = services.wal().recovered();
        remains.defects().forEach(defect -> LOG.error("The write-ahead file {}", defect));
        ClusterImage image = metadata.image();
        Set<UUID> topicIds =
                image.topics().values().stream().map(TopicImage::id).collect(Collectors.toSet());
        List<RecoveredWal.KeptFile> all =
                remains.clear(directory.layout(), topicIds, image.deleted().keySet());
        services.meters().walKept((int)
                all.stream().map(RecoveredWal.KeptFile::file).distinct().count());
        for (RecoveredWal.KeptFile kept : all) {
            LOG.warn(
                    "{} is kept, because it has records of {} that are not in its log; it goes with a start that can"
                            + " put them there, or when the topic is deleted",
                    kept.file(),
                    kept.partition());
        }
    }

    private void checkClock() {
        if (!clockWatch.check()) return;
        vertx.executeBlocking(() -> {
            clockWatch.write();
            return null;
        });
    }

    private Void measureDisk() throws IOException {
        limitLogs.forEach(StateLimitLog::check);
        boolean before = disk.isSpent();
        disk.measure();
        services.ballast().restore();
        if (disk.isSpent() != before) {
            LOG.warn("The disk has {} bytes free: publishing {}", disk.freeBytes(), before ? "goes on" : "is refused");
        }
        return null;
    }

    /** Has the threads watched that the node cannot do without; after {@link #start}. */
    void watch(ThreadWatch threads) {
        shards.watch(threads);
        threads.watch("metadata", ThreadKind.WORKER, metadataThread);
        threads.watch("topic-patterns", ThreadKind.WORKER, patterns::onThread);
    }

    /** Registers this node's addresses in the cluster. */
    void register(int nodeId, Endpoint http, Endpoint kafka) {
        Command command =
                cluster == null ? new Command.RegisterNode(nodeId, http, kafka) : cluster.registration(http, kafka);
        metadata.propose(command).await();
    }

    /**
     * Waits until this node has what the others have.
     *
     * @param wait told what is waited for
     */
    void awaitReady(StartWait wait) throws IOException {
        if (clusterShards != null) clusterShards.awaitReady(wait);
    }

    /** How the nodes of the cluster are. */
    ClusterInspection inspection() {
        return inspection;
    }

    /** Has other nodes lead what this one leads, while the doors still serve. */
    void handOver() {
        if (clusterShards != null) clusterShards.handOver();
    }

    MetadataService metadata() {
        return metadata;
    }

    /** The node's clock. */
    GuardedClock clock() {
        return clockWatch.clock();
    }

    FetchReader reader() {
        return reader;
    }

    /** Access to the coordinators of groups and transactions. */
    Coordinators coordinators() {
        return coordinators;
    }

    ProducerIdSource producerIds() {
        return producerIds;
    }

    /** Access to the leaders of partitions. */
    Partitions partitions() {
        return partitions;
    }

    /** Commits, closes the logs, and notes that the stop was clean. */
    void close() throws IOException {
        // First, because the timers need a thread of a pool that is closed below.
        vertx.cancelTimer(diskCheck);
        vertx.cancelTimer(clockCheck);
        try {
            if (endedNodes != null) endedNodes.close();
            if (clusterShards != null) clusterShards.close();
            if (shards.close(STOP_SECONDS)) recovery.close();
            clockWatch.write();
        } catch (TimeoutException e) {
            LOG.error("A shard did not stop within {} s; the next start will check its logs", STOP_SECONDS);
        } finally {
            ownMetadata.close();
            metadataThread.shutdown();
            forceThreads.shutdown();
        }
    }
}
