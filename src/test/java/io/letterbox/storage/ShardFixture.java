package io.letterbox.storage;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.letterbox.bus.Append;
import io.letterbox.bus.Appended;
import io.letterbox.bus.Partitions;
import io.letterbox.bus.Slice;
import io.letterbox.config.LetterboxConfig;
import io.letterbox.config.StorageConfig;
import io.letterbox.error.ApiException;
import io.letterbox.log.producers.ProducerLimits;
import io.letterbox.log.wal.WalDirectory;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.PartitionImage;
import io.letterbox.metadata.TopicConfig;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.BatchBuilder;
import io.letterbox.record.RecordCursor;
import io.letterbox.record.TopicIdPartition;
import io.letterbox.record.TopicPartition;
import io.letterbox.storage.ShardMessage.ApplyImage;
import io.letterbox.storage.coordinator.CoordinatorType;
import io.letterbox.telemetry.Meters;
import io.letterbox.telemetry.ProcessMetrics;
import io.letterbox.time.Clock;
import io.letterbox.time.GuardedClock;
import io.letterbox.time.Moment;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A shard with its storage, on a disk with switchable faults and with clocks that can be set. */
abstract class ShardFixture {
    static final TopicPartition P0 = new TopicPartition("quakes", 0);

    @TempDir
    Path temp;

    final FaultyDisk files = new FaultyDisk();
    final SteppedClock system = new SteppedClock();
    final GuardedClock clock = new GuardedClock(system, -1, guard -> {});
    final List<String> failures = new ArrayList<>();
    final List<CoordinatorType> coordinators = new ArrayList<>();
    final UUID topicId = UUID.fromString("5f8a3c1e-9b1d-4c7e-8a51-2f0f6f0c9a11");
    Vertx vertx;
    DataDirectory directory;
    HostedPartitions hosted;
    Shortages shortages;
    LogAccess reader;
    Partitions partitions;
    RecoveryCheckpoint recovery;
    String deployment;

    /** The clocks of this machine, which a test puts forward. */
    static final class SteppedClock implements Clock {
        private final AtomicLong looks = new AtomicLong();
        volatile long stepMs;
        volatile long elapsedStepMs;

        @Override
        public long elapsedMs() {
            return Clock.system().elapsedMs() + elapsedStepMs;
        }

        @Override
        public long wallMs() {
            return Clock.system().wallMs() + stepMs;
        }

        @Override
        public Moment now() {
            looks.incrementAndGet();
            return Clock.super.now();
        }

        /** Waits for two rounds of housekeeping. */
        void awaitHousekeeping() {
            long before = looks.get();
            Awaitility.await().until(() -> looks.get() >= before + 3);
        }
    }

    @BeforeEach
    void start() throws Exception {
        vertx = Vertx.vertx();
        ShardBus.register(vertx.eventBus());
        open(0);
    }

    void open(long diskReserveBytes) throws Exception {
        directory = DataDirectory.open(temp);
        hosted = new HostedPartitions();
        shortages = new Shortages(clock);
        recovery = new RecoveryCheckpoint(files, directory.layout(), hosted, name -> null);
        StorageConfig base = LetterboxConfig.defaults().storage();
        StorageConfig config =
                new StorageConfig(1, base.tailCacheBytes(), base.walBytes(), 1, 0, diskReserveBytes, 100, 100);
        DiskReserve disk = new DiskReserve(temp, diskReserveBytes);
        StorageServices services = new StorageServices(
                1,
                clock,
                1,
                config,
                directory,
                files,
                WalDirectory.open(files, directory.layout().wal()),
                hosted,
                recovery,
                disk,
                new Ballast(files, directory.layout().ballast(), disk),
                shortages,
                new Meters(ProcessMetrics.newRegistry()),
                vertx.createSharedWorkerExecutor("background"),
                new ParallelFsync(Runnable::run, recovery::forceFailed),
                failures::add,
                ProducerLimits.defaults(),
                List.copyOf(coordinators));
        partitions = new LocalPartitions(vertx, hosted, HostedShards.first(1));
        reader = new LogAccess(vertx, hosted, vertx.createSharedWorkerExecutor("readers"), shortages);
        deployment = await(vertx.deployVerticle(
                verticle(services), new DeploymentOptions().setThreadingModel(ThreadingModel.WORKER)));
    }

    StorageVerticle verticle(StorageServices services) throws IOException {
        return new StorageVerticle(0, services);
    }

    @AfterEach
    void stop() throws Exception {
        files.forceFails = false;
        files.full = false;
        files.outOfFiles = false;
        await(vertx.close());
        directory.close();
    }

    /** Where the files of {@link #topicId} are. */
    Path files(int partition) {
        return directory.layout().shard(0).resolve(new TopicIdPartition(topicId, partition).toString());
    }

    void restart(boolean clean) throws Exception {
        restart(clean, 0);
    }

    void restart(boolean clean, long diskReserveBytes) throws Exception {
        await(vertx.undeploy(deployment));
        if (clean) recovery.close();
        directory.close();
        open(diskReserveBytes);
    }

    void serve(Map<String, String> config) throws Exception {
        apply(image(List.of(topic(topicId, config))));
    }

    Map<TopicPartition, ApiException> apply(ClusterImage image) throws Exception {
        Promise<Map<TopicPartition, ApiException>> done = Promise.promise();
        vertx.eventBus().send(ShardBus.address(0), new ApplyImage(image, done), LocalCodec.LOCAL);
        return await(done.future());
    }

    static ClusterImage image(List<TopicImage> topics) {
        TreeMap<String, TopicImage> byName = new TreeMap<>();
        topics.forEach(topic -> byName.put(topic.name(), topic));
        return new ClusterImage(1, "cluster", Map.of(), byName);
    }

    static TopicImage topic(UUID id, Map<String, String> config) {
        return new TopicImage(
                "quakes", id, List.of(new PartitionImage(0, 1, 0, List.of(1), List.of(1))), new TopicConfig(config));
    }

    Appended publish(String... values) throws Exception {
        return await(send(values));
    }

    void publishKeyed(String key, String value) throws Exception {
        BatchBuilder builder = new BatchBuilder(256);
        builder.append(
                System.currentTimeMillis(),
                key.getBytes(StandardCharsets.UTF_8),
                value.getBytes(StandardCharsets.UTF_8),
                List.of());
        Promise<Appended> done = Promise.promise();
        await(partitions.append(new Append(P0, builder.build(), 1, null, done)));
    }

    ApiException refusal(String value) {
        return catchThrowableOfType(ApiException.class, () -> await(send(value)));
    }

    static ApiException refusal(Future<?> answer) {
        return catchThrowableOfType(ApiException.class, () -> await(answer));
    }

    /** Sends one record of a producer that numbers them. */
    Future<Appended> numbered(int sequence, String value) {
        BatchBuilder builder = new BatchBuilder(256).producer(7, (short) 0, sequence);
        builder.append(System.currentTimeMillis(), null, value.getBytes(StandardCharsets.UTF_8), List.of());
        Promise<Appended> done = Promise.promise();
        return partitions.append(new Append(P0, builder.build(), 1, null, done));
    }

    Future<Appended> send(String... values) {
        Promise<Appended> done = Promise.promise();
        return partitions.append(append(done, values));
    }

    static Append append(Promise<Appended> done, String... values) {
        BatchBuilder builder = new BatchBuilder(256);
        for (String value : values) {
            builder.append(System.currentTimeMillis(), null, value.getBytes(StandardCharsets.UTF_8), List.of());
        }
        return new Append(P0, builder.build(), values.length, null, done);
    }

    static List<String> values(Slice slice) {
        List<String> values = new ArrayList<>();
        RecordCursor record = new RecordCursor(slice.batches(), 0);
        while (record.next()) values.add(new String(record.value(), StandardCharsets.UTF_8));
        return values;
    }

    static <T> T await(Future<T> future) throws Exception {
        return future.await(30, TimeUnit.SECONDS);
    }
}
