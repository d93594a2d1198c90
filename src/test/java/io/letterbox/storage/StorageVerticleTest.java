package io.letterbox.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.letterbox.bus.Addresses;
import io.letterbox.bus.Append;
import io.letterbox.bus.Appended;
import io.letterbox.bus.Appends;
import io.letterbox.bus.Committed;
import io.letterbox.bus.DeleteRecords;
import io.letterbox.bus.Isolation;
import io.letterbox.bus.LocalCodec;
import io.letterbox.bus.Slice;
import io.letterbox.config.LetterboxConfig;
import io.letterbox.config.StorageConfig;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.log.LastStop;
import io.letterbox.log.producers.ProducerLimits;
import io.letterbox.log.wal.WalDirectory;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.PartitionImage;
import io.letterbox.metadata.TopicConfig;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.BatchBuilder;
import io.letterbox.record.RecordBatch;
import io.letterbox.record.RecordCursor;
import io.letterbox.record.TopicPartition;
import io.letterbox.storage.ShardMessage.ApplyImage;
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
import java.nio.file.Files;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StorageVerticleTest {
    private static final TopicPartition P0 = new TopicPartition("quakes", 0);

    @TempDir
    Path temp;

    private final FaultyDisk files = new FaultyDisk();
    private final SteppedClock system = new SteppedClock();
    private final GuardedClock clock = new GuardedClock(system, -1, guard -> {});
    private final List<String> failures = new ArrayList<>();
    private final UUID topicId = UUID.fromString("5f8a3c1e-9b1d-4c7e-8a51-2f0f6f0c9a11");
    private Vertx vertx;
    private DataDirectory directory;
    private HostedPartitions hosted;
    private Shortages shortages;
    private LogAccess reader;
    private RecoveryCheckpoint recovery;
    private String deployment;

    /** The clocks of this machine, of which somebody sets the wall clock. */
    private static final class SteppedClock implements Clock {
        private final AtomicLong looks = new AtomicLong();
        private volatile long stepMs;

        @Override
        public long elapsedMs() {
            return Clock.system().elapsedMs();
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

        /** Waits until the shard has kept house, and once more. */
        void awaitHousekeeping() {
            long before = looks.get();
            Awaitility.await().until(() -> looks.get() >= before + 3);
        }
    }

    @BeforeEach
    void start() throws Exception {
        vertx = Vertx.vertx();
        LocalCodec.register(vertx.eventBus(), Append.class);
        LocalCodec.register(vertx.eventBus(), Appends.class);
        LocalCodec.register(vertx.eventBus(), Committed.class);
        LocalCodec.register(vertx.eventBus(), DeleteRecords.class);
        MetadataService.registerMessages(vertx.eventBus());
        open(0);
    }

    private void open(long diskReserveBytes) throws Exception {
        directory = DataDirectory.open(temp);
        hosted = new HostedPartitions();
        shortages = new Shortages(clock);
        recovery = new RecoveryCheckpoint(files, directory.layout(), hosted);
        StorageConfig base = LetterboxConfig.defaults().storage();
        StorageConfig config =
                new StorageConfig(1, base.tailCacheBytes(), base.walBytes(), 1, diskReserveBytes, 100, 100);
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
                new Forces(Runnable::run, recovery::forceFailed),
                failures::add,
                ProducerLimits.defaults(),
                List.of());
        reader = new LogAccess(hosted, vertx.createSharedWorkerExecutor("readers"), shortages);
        deployment = await(vertx.deployVerticle(
                new StorageVerticle(0, services), new DeploymentOptions().setThreadingModel(ThreadingModel.WORKER)));
    }

    @AfterEach
    void stop() throws Exception {
        files.forceFails = false;
        files.full = false;
        files.outOfFiles = false;
        await(vertx.close());
        directory.close();
    }

    private void restart(boolean clean) throws Exception {
        await(vertx.undeploy(deployment));
        if (clean) recovery.close();
        directory.close();
        open(0);
    }

    @Test
    void acknowledgesWithOffsetsThatFollowEachOther() throws Exception {
        serve(Map.of());
        assertThat(publish("a", "b").baseOffset()).isZero();
        assertThat(publish("c").baseOffset()).isEqualTo(2);
        assertThat(values(reader.readCached(P0, 0, 1000, Isolation.UNCOMMITTED)))
                .containsExactly("a", "b", "c");
        assertThat(values(await(reader.read(P0, 0, 1000, Isolation.UNCOMMITTED))))
                .containsExactly("a", "b", "c");
    }

    @Test
    void saysWhichPartitionsMoved() throws Exception {
        serve(Map.of());
        Promise<Committed> seen = Promise.promise();
        vertx.eventBus().<Committed>localConsumer(Addresses.COMMITTED, m -> seen.tryComplete(m.body()));
        publish("a", "b");
        assertThat(await(seen.future()).moved()).containsExactly(new Committed.Moved(P0, 2, 2));
    }

    @Test
    void commitsTheAppendsOfATurnTogether() throws Exception {
        serve(Map.of());
        List<Committed.Moved> moved = new ArrayList<>();
        Promise<Void> seen = Promise.promise();
        vertx.eventBus().<Committed>localConsumer(Addresses.COMMITTED, m -> {
            moved.addAll(m.body().moved());
            seen.tryComplete();
        });
        List<Append> appends = new ArrayList<>();
        for (String value : List.of("a", "b", "c")) appends.add(append(Promise.promise(), value));
        vertx.eventBus().send(Addresses.shard(0), new Appends(appends), LocalCodec.LOCAL);
        List<Long> offsets = new ArrayList<>();
        for (Append append : appends) offsets.add(await(append.done().future()).baseOffset());
        assertThat(offsets).containsExactly(0L, 1L, 2L);
        await(seen.future());
        assertThat(moved).containsExactly(new Committed.Moved(P0, 3, 3));
    }

    @Test
    void keepsRecordsOverAStopOfAnyKind() throws Exception {
        for (boolean clean : List.of(true, false)) {
            serve(Map.of());
            long next = reader.status(P0).highWatermark();
            publish("x" + next);
            restart(clean);
            assertThat(recovery.lastStop()).isEqualTo(clean ? LastStop.CLEAN : LastStop.UNCLEAN);
        }
        serve(Map.of());
        assertThat(values(await(reader.read(P0, 0, 1000, Isolation.UNCOMMITTED))))
                .containsExactly("x0", "x1");
    }

    @Test
    void endsTheShardWhenTheDiskCannotBeForced() throws Exception {
        serve(Map.of());
        publish("safe");
        files.forceFails = true;
        assertThat(refusal("lost").code()).isEqualTo(ErrorCode.STORAGE_FAILED);
        files.forceFails = false;
        assertThat(refusal("still refused").code()).isEqualTo(ErrorCode.STORAGE_FAILED);
        assertThat(failures).singleElement().asString().contains("Input/output error");
        assertThat(values(await(reader.read(P0, 0, 1000, Isolation.UNCOMMITTED))))
                .containsExactly("safe");
    }

    @Test
    void survivesAFullDisk() throws Exception {
        serve(Map.of());
        publish("before");
        files.full = true;
        assertThat(refusal("too much").code()).isEqualTo(ErrorCode.DISK_FULL);
        files.full = false;
        assertThat(publish("after").baseOffset()).isEqualTo(1);
        assertThat(values(await(reader.read(P0, 0, 1000, Isolation.UNCOMMITTED))))
                .containsExactly("before", "after");
        assertThat(failures).isEmpty();
    }

    @Test
    void refusalsNameNoPath() throws Exception {
        serve(Map.of("segment.bytes", "16384"));
        publish("x".repeat(12_000));
        files.outOfFiles = true;
        // It needs another segment.
        ApiException refusal = refusal("y".repeat(12_000));
        assertThat(refusal.code()).isEqualTo(ErrorCode.OUT_OF_FILES);
        assertThat(refusal).hasMessageContaining("Too many open files").hasMessageNotContaining(temp.toString());
        files.outOfFiles = false;
        files.forceFails = true;
        assertThat(refusal("lost")).hasMessageNotContaining(temp.toString());
        assertThat(failures).singleElement().asString().doesNotContain(temp.toString());
    }

    @Test
    void aShortageOfDescriptorsEndsNothing() throws Exception {
        serve(Map.of("segment.ms", "1", "retention.ms", "1"));
        publish("before");
        files.outOfFiles = true;
        // Retention has to roll, and the checkpoint to write.
        Awaitility.await().until(() -> shortages.failing() > 1);
        assertThat(shortages.sentences()).allMatch(sentence -> sentence.contains("Too many open files"));
        assertThat(shortages.sentences()).noneMatch(sentence -> sentence.contains(temp.toString()));
        files.outOfFiles = false;
        Awaitility.await().until(() -> reader.status(P0).logStartOffset() == 1);
        assertThat(publish("after").baseOffset()).isEqualTo(1);
        Awaitility.await().until(() -> shortages.failing() == 0);
        assertThat(failures).isEmpty();
    }

    @Test
    void aTopicMadeDuringAShortageIsServedWhenThatIsOver() throws Exception {
        files.outOfFiles = true;
        ClusterImage image = image(List.of(topic(topicId, Map.of())));
        assertThat(apply(image)).containsOnlyKeys(P0);
        assertThat(reader.status(P0).offline()).isTrue();
        assertThat(refusal("too early").code()).isEqualTo(ErrorCode.PARTITION_OFFLINE);
        assertThat(shortages.sentences()).anyMatch(sentence -> sentence.contains("quakes/0"));
        files.outOfFiles = false;
        Awaitility.await().until(() -> !reader.status(P0).offline());
        assertThat(publish("at last").baseOffset()).isZero();
        assertThat(shortages.failing()).isZero();
    }

    @Test
    void aDeletionDuringAShortageIsEndedWhenThatIsOver() throws Exception {
        serve(Map.of());
        publish("to go");
        Path topic = directory.layout().topics().resolve("quakes");
        files.outOfFiles = true;
        apply(image(List.of()));
        assertThat(topic).exists();
        // The same name, while files of the old one are there: it has to wait for them.
        UUID again = new UUID(1, 1);
        assertThat(apply(image(List.of(topic(again, Map.of()))))).containsOnlyKeys(P0);
        files.outOfFiles = false;
        Awaitility.await().until(() -> !reader.status(P0).offline());
        assertThat(publish("new").baseOffset()).isZero();
    }

    @Test
    void aDirectoryThatSomebodyRemovesIsThatPartitionsTrouble() throws Exception {
        PartitionImage here = new PartitionImage(1, 0, List.of(1), List.of(1));
        apply(image(List.of(new TopicImage("quakes", topicId, List.of(here, here), new TopicConfig(Map.of())))));
        publish("before");
        Path removed = directory.layout().topics().resolve("quakes").resolve("1");
        for (String name : files.list(removed)) files.delete(removed.resolve(name));
        files.delete(removed);
        TopicPartition lost = new TopicPartition("quakes", 1);
        Awaitility.await().until(() -> reader.status(lost).quarantine() != null);
        assertThat(reader.status(lost).quarantine()).contains("removed");
        assertThat(publish("after").baseOffset()).isEqualTo(1);
        assertThat(failures).isEmpty();
    }

    @Test
    void aChangedDemandForReplicasCountsAtOnce() throws Exception {
        serve(Map.of());
        publish("with one replica");
        serve(Map.of("min.insync.replicas", "2"));
        assertThat(refusal("with two").code()).isEqualTo(ErrorCode.NOT_ENOUGH_REPLICAS);
        serve(Map.of());
        assertThat(publish("with one again").baseOffset()).isEqualTo(1);
    }

    @Test
    void whatAnotherNodeLeadsIsNotDeleted() throws Exception {
        serve(Map.of());
        publish("kept");
        PartitionImage elsewhere = new PartitionImage(2, 1, List.of(2, 1), List.of(2, 1));
        apply(image(List.of(new TopicImage("quakes", topicId, List.of(elsewhere), new TopicConfig(Map.of())))));
        assertThat(reader.status(P0)).isNull();
        assertThat(refusal("not here").code()).isEqualTo(ErrorCode.UNKNOWN_PARTITION);
        serve(Map.of());
        assertThat(values(await(reader.read(P0, 0, 1000, Isolation.UNCOMMITTED))))
                .containsExactly("kept");
    }

    @Test
    void refusesBelowTheReserveAndGoesOnReading() throws Exception {
        serve(Map.of());
        publish("before");
        await(vertx.undeploy(deployment));
        recovery.close();
        directory.close();
        open(1L << 40);
        serve(Map.of());
        assertThat(refusal("more").code()).isEqualTo(ErrorCode.DISK_FULL);
        assertThat(values(await(reader.read(P0, 0, 1000, Isolation.UNCOMMITTED))))
                .containsExactly("before");
    }

    @Test
    void retentionWorksBelowTheReserveAlsoWhereOneSegmentHoldsEverything() throws Exception {
        serve(Map.of());
        for (int index = 0; index < 100; index++) publish("x".repeat(20_000));
        await(vertx.undeploy(deployment));
        recovery.close();
        directory.close();
        open(1L << 40);
        serve(Map.of());
        assertThat(refusal("more").code()).isEqualTo(ErrorCode.DISK_FULL);
        serve(Map.of("retention.bytes", "200000"));
        Awaitility.await().until(() -> reader.status(P0).sizeBytes() < 250_000);
        long start = reader.status(P0).logStartOffset();
        assertThat(reader.status(P0).sizeBytes()).isGreaterThanOrEqualTo(200_000);
        assertThat(start).isBetween(80L, 90L);
        assertThat(values(await(reader.read(P0, start, 10_000_000, Isolation.UNCOMMITTED))))
                .hasSize((int) (100 - start));
        assertThat(failures).isEmpty();
    }

    @Test
    void stampsTheTimeOfTheAppendWhereTheTopicWantsIt() throws Exception {
        serve(Map.of("message.timestamp.type", "LogAppendTime"));
        long before = System.currentTimeMillis();
        Appended appended = publish("a");
        assertThat(appended.logAppendTimeMs()).isGreaterThanOrEqualTo(before);
        RecordCursor record = new RecordCursor(
                reader.readCached(P0, 0, 100, Isolation.UNCOMMITTED).batches(), 0);
        assertThat(record.next()).isTrue();
        assertThat(record.timestampMs()).isEqualTo(appended.logAppendTimeMs());
    }

    @Test
    void compactsWhatIsClosedAndKeepsTheLastOfEachKey() throws Exception {
        serve(Map.of("cleanup.policy", "compact", "segment.bytes", "16384", "min.cleanable.dirty.ratio", "0.01"));
        for (int i = 0; i < 60; i++) publishKeyed("key" + i % 3, "value" + i + "x".repeat(1000));
        Awaitility.await().until(() -> count(reader) < 40);
        List<String> left = values(await(reader.read(P0, 0, 1 << 20, Isolation.UNCOMMITTED)));
        assertThat(left).isNotEmpty();
        assertThat(publish("more").baseOffset()).isEqualTo(60);
    }

    @Test
    void deletesNothingAfterAJumpOfTheWallClockUntilSomebodyConfirmsIt() throws Exception {
        serve(Map.of("retention.ms", "604800000"));
        publish("a");
        system.stepMs = 30L * 86_400_000;
        system.awaitHousekeeping();
        assertThat(hosted.get(P0).log().logStartOffset()).isZero();
        clock.confirm();
        Awaitility.await().until(() -> hosted.get(P0).log().logStartOffset() == 1);
    }

    @Test
    void compactsNothingWhileTheWallClockIsInDoubt() throws Exception {
        serve(Map.of("cleanup.policy", "compact", "segment.bytes", "16384", "min.cleanable.dirty.ratio", "0.01"));
        system.stepMs = -7_200_000;
        clock.now();
        for (int i = 0; i < 60; i++) publishKeyed("key" + i % 3, "value" + i + "x".repeat(1000));
        system.awaitHousekeeping();
        assertThat(count(reader)).isEqualTo(60);
        clock.confirm();
        Awaitility.await().until(() -> count(reader) < 40);
    }

    @Test
    void readsFarWithinALargeBatchOffTheEventLoop() throws Exception {
        serve(Map.of("max.message.bytes", "100000000"));
        int records = 300_000;
        BatchBuilder builder = new BatchBuilder(1 << 20);
        for (int i = 0; i < records; i++) builder.append(i, null, new byte[] {1}, List.of());
        Promise<Appended> done = Promise.promise();
        Append append = new Append(P0, builder.build(), records, null, done);
        vertx.eventBus().send(Addresses.shard(0), append, LocalCodec.LOCAL);
        await(done.future());
        assertThat(reader.readCached(P0, 0, 100, Isolation.UNCOMMITTED)).isNotNull();
        assertThat(reader.readCached(P0, 250_000, 100, Isolation.UNCOMMITTED)).isNull();
        long next = 250_000;
        while (next < records) {
            Slice slice = await(reader.read(P0, next, 100, Isolation.UNCOMMITTED));
            assertThat(RecordBatch.of(slice.batches()).recordCount()).isLessThan(records / 2);
            RecordCursor record = new RecordCursor(slice.batches(), next);
            assertThat(record.next()).isTrue();
            assertThat(record.offset()).isEqualTo(next);
            assertThat(slice.nextOffset()).isGreaterThan(next);
            next = slice.nextOffset();
        }
        assertThat(next).isEqualTo(records);
    }

    private int count(LogAccess from) throws Exception {
        int records = 0;
        for (long offset = 0; offset < 60; ) {
            Slice slice = await(from.read(P0, offset, 1 << 20, Isolation.UNCOMMITTED));
            records += values(slice).size();
            offset = slice.nextOffset();
        }
        return records;
    }

    @Test
    void refusesABatchThatIsTooLarge() throws Exception {
        serve(Map.of("max.message.bytes", "1024"));
        assertThat(refusal("x".repeat(2000)).code()).isEqualTo(ErrorCode.RECORD_TOO_LARGE);
    }

    @Test
    void deletesATopicWithItsFilesAndBeginsAnewUnderTheSameName() throws Exception {
        serve(Map.of());
        publish("old");
        apply(image(List.of()));
        assertThat(temp.resolve("topics/quakes")).doesNotExist();
        assertThat(refusal("nowhere").code()).isEqualTo(ErrorCode.UNKNOWN_PARTITION);
        apply(image(List.of(topic(UUID.randomUUID(), Map.of()))));
        assertThat(publish("new").baseOffset()).isZero();
        assertThat(values(await(reader.read(P0, 0, 100, Isolation.UNCOMMITTED))))
                .containsExactly("new");
    }

    @Test
    void neverShowsAnOlderIncarnationsRecords() throws Exception {
        serve(Map.of());
        publish("old");
        restart(false);
        apply(image(List.of(topic(UUID.randomUUID(), Map.of()))));
        assertThat(reader.status(P0).highWatermark()).isZero();
    }

    @Test
    void quarantinesAPartitionWhoseDirectoryIsGone() throws Exception {
        serve(Map.of());
        publish("precious");
        restart(true);
        try (var walk = Files.walk(temp.resolve("topics/quakes"))) {
            walk.sorted(java.util.Comparator.reverseOrder()).forEach(StorageVerticleTest::delete);
        }
        serve(Map.of());
        assertThat(reader.status(P0).quarantine()).contains("directory is gone");
        assertThat(refusal("more").code()).isEqualTo(ErrorCode.PARTITION_QUARANTINED);

        // And stays so: without its recovery point the next start would take what is left for all there ever was.
        restart(true);
        serve(Map.of());
        assertThat(reader.status(P0).quarantine()).contains("below offset 1 were durable");
    }

    private static void delete(Path path) {
        try {
            Files.delete(path);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void deletesRecordsUpToAnOffsetAndNoFurther() throws Exception {
        serve(Map.of());
        publish("a", "b", "c");
        assertThat(delete(2)).isEqualTo(2);
        assertThat(delete(1)).as("there already").isEqualTo(2);
        assertThat(reader.status(P0).logStartOffset()).isEqualTo(2);
        assertThat(catchThrowableOfType(ApiException.class, () -> delete(4)).code())
                .isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
        assertThat(catchThrowableOfType(ApiException.class, () -> delete(-2)).code())
                .isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
        restart(false);
        serve(Map.of());
        assertThat(reader.status(P0).logStartOffset()).as("after a crash").isEqualTo(2);
        assertThat(delete(DeleteRecords.UP_TO_HIGH_WATERMARK)).isEqualTo(3);
        publish("d");
        assertThat(reader.status(P0).highWatermark()).isEqualTo(4);
        serve(Map.of("cleanup.policy", "compact"));
        assertThat(catchThrowableOfType(ApiException.class, () -> delete(3)).code())
                .isEqualTo(ErrorCode.POLICY_VIOLATION);
    }

    private long delete(long beforeOffset) throws Exception {
        Promise<Long> done = Promise.promise();
        vertx.eventBus().send(Addresses.shard(0), new DeleteRecords(P0, beforeOffset, done), LocalCodec.LOCAL);
        return await(done.future());
    }

    private void serve(Map<String, String> config) throws Exception {
        apply(image(List.of(topic(topicId, config))));
    }

    private Map<TopicPartition, ApiException> apply(ClusterImage image) throws Exception {
        Promise<Map<TopicPartition, ApiException>> done = Promise.promise();
        vertx.eventBus().send(Addresses.shard(0), new ApplyImage(image, done), LocalCodec.LOCAL);
        return await(done.future());
    }

    private static ClusterImage image(List<TopicImage> topics) {
        TreeMap<String, TopicImage> byName = new TreeMap<>();
        topics.forEach(topic -> byName.put(topic.name(), topic));
        return new ClusterImage(1, "cluster", Map.of(), byName);
    }

    private static TopicImage topic(UUID id, Map<String, String> config) {
        return new TopicImage(
                "quakes", id, List.of(new PartitionImage(1, 0, List.of(1), List.of(1))), new TopicConfig(config));
    }

    private Appended publish(String... values) throws Exception {
        return await(send(values));
    }

    private void publishKeyed(String key, String value) throws Exception {
        BatchBuilder builder = new BatchBuilder(256);
        builder.append(
                System.currentTimeMillis(),
                key.getBytes(StandardCharsets.UTF_8),
                value.getBytes(StandardCharsets.UTF_8),
                List.of());
        Promise<Appended> done = Promise.promise();
        vertx.eventBus().send(Addresses.shard(0), new Append(P0, builder.build(), 1, null, done), LocalCodec.LOCAL);
        await(done.future());
    }

    private ApiException refusal(String value) {
        return catchThrowableOfType(ApiException.class, () -> await(send(value)));
    }

    private Future<Appended> send(String... values) {
        Promise<Appended> done = Promise.promise();
        vertx.eventBus().send(Addresses.shard(0), append(done, values), LocalCodec.LOCAL);
        return done.future();
    }

    private static Append append(Promise<Appended> done, String... values) {
        BatchBuilder builder = new BatchBuilder(256);
        for (String value : values) {
            builder.append(System.currentTimeMillis(), null, value.getBytes(StandardCharsets.UTF_8), List.of());
        }
        return new Append(P0, builder.build(), values.length, null, done);
    }

    private static List<String> values(Slice slice) {
        List<String> values = new ArrayList<>();
        RecordCursor record = new RecordCursor(slice.batches(), 0);
        while (record.next()) values.add(new String(record.value(), StandardCharsets.UTF_8));
        return values;
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.await(20, TimeUnit.SECONDS);
    }
}
