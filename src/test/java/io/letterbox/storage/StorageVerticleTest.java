package io.letterbox.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.letterbox.audit.Actor;
import io.letterbox.bus.Append;
import io.letterbox.bus.Appended;
import io.letterbox.bus.Committed;
import io.letterbox.bus.Isolation;
import io.letterbox.bus.Partitions;
import io.letterbox.bus.Slice;
import io.letterbox.coordinator.Coordinator;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.log.LastStop;
import io.letterbox.record.BatchBuilder;
import io.letterbox.record.RecordBatch;
import io.letterbox.record.RecordCursor;
import io.letterbox.record.TopicPartition;
import io.letterbox.record.TransactionMarker;
import io.letterbox.storage.coordinator.CoordinatorType;
import io.vertx.core.Promise;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class StorageVerticleTest extends ShardFixture {
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
        reader.onCommitted(seen::tryComplete);
        publish("a", "b");
        assertThat(await(seen.future()).moved()).containsExactly(new Committed.Moved(P0, 2, 2));
    }

    @Test
    void commitsTheAppendsOfATurnTogether() throws Exception {
        serve(Map.of());
        List<Committed.Moved> moved = new ArrayList<>();
        Promise<Void> seen = Promise.promise();
        reader.onCommitted(committed -> {
            moved.addAll(committed.moved());
            seen.tryComplete();
        });
        List<Append> appends = new ArrayList<>();
        for (String value : List.of("a", "b", "c")) appends.add(append(Promise.promise(), value));
        partitions.appendAll(appends);
        List<Long> offsets = new ArrayList<>();
        for (Append append : appends) offsets.add(await(append.done().future()).baseOffset());
        assertThat(offsets).containsExactly(0L, 1L, 2L);
        await(seen.future());
        assertThat(moved).containsExactly(new Committed.Moved(P0, 3, 3));
    }

    private static Append of(long producerId, int epoch, int sequence, String value) {
        BatchBuilder builder = new BatchBuilder(256);
        builder.append(0, null, value.getBytes(StandardCharsets.UTF_8), List.of());
        return new Append(
                P0, builder.producer(producerId, (short) epoch, sequence).build(), 1, null, Promise.promise());
    }

    @Test
    void saysThatAProducerIsFencedWhenTheNewerOneIsSafe() throws Exception {
        serve(Map.of());
        List<Append> turn =
                List.of(of(7, 1, 0, "newer"), of(7, 0, 0, "older"), of(7, 1, 5, "gap"), of(7, 1, 0, "newer"));
        List<String> answers = new CopyOnWriteArrayList<>();
        for (Append append : turn) {
            append.done().future().onSuccess(reply -> answers.add("at " + reply.baseOffset()));
            append.done()
                    .future()
                    .onFailure(why -> answers.add(((ApiException) why).code().name()));
        }
        partitions.appendAll(turn);
        assertThat(await(turn.get(3).done().future()).duplicate()).isTrue();
        assertThat(answers).containsExactly("at 0", "INVALID_PRODUCER_EPOCH", "OUT_OF_ORDER_SEQUENCE", "at 0");
        Append later = of(7, 0, 0, "older");
        assertThat(catchThrowableOfType(ApiException.class, () -> await(partitions.append(later)))
                        .code())
                .isEqualTo(ErrorCode.INVALID_PRODUCER_EPOCH);
    }

    /** A type of coordinators that do nothing but note the epochs of the producers whose markers they apply. */
    private static CoordinatorType noting(List<Object> epochs) {
        Coordinator core = (Coordinator) Proxy.newProxyInstance(
                Coordinator.class.getClassLoader(), new Class<?>[] {Coordinator.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("applyMarker")) epochs.add(arguments[1]);
                    return method.getReturnType() == long.class ? Long.MAX_VALUE : null;
                });
        return new CoordinatorType() {
            @Override
            public String topic() {
                return P0.topic();
            }

            @Override
            public Coordinator create(TopicPartition partition) {
                return core;
            }
        };
    }

    @Test
    void aCoordinatorHearsOfNoMarkerThatWillBeRefused() throws Exception {
        List<Object> epochs = new CopyOnWriteArrayList<>();
        coordinators.add(noting(epochs));
        restart(true);
        serve(Map.of());
        Append newer = marker(1, 3);
        Append older = marker(0, 2);
        partitions.appendAll(List.of(newer, older));
        await(newer.done().future());
        assertThat(catchThrowableOfType(
                                ApiException.class, () -> await(older.done().future()))
                        .code())
                .isEqualTo(ErrorCode.INVALID_PRODUCER_EPOCH);
        assertThat(epochs).containsExactly((short) 1);
    }

    private static Append marker(int epoch, int coordinatorEpoch) {
        ByteBuffer batch = new TransactionMarker(true, coordinatorEpoch).batch(7, (short) epoch, 0);
        return new Append(P0, batch, 1, null, Promise.promise());
    }

    @Test
    void tellsNobodyThatItIsFencedByWhatIsLost() throws Exception {
        serve(Map.of());
        publish("a");
        files.forceFails = true;
        List<Append> turn = List.of(of(7, 1, 0, "newer"), of(7, 0, 0, "older"), of(7, 1, 0, "newer"));
        partitions.appendAll(turn);
        for (Append append : turn) {
            assertThat(catchThrowableOfType(
                                    ApiException.class,
                                    () -> await(append.done().future()))
                            .code())
                    .isEqualTo(ErrorCode.STORAGE_FAILED);
        }
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
        await(partitions.append(append));
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
        assertThat(files(0)).exists();
        apply(image(List.of()));
        assertThat(files(0)).doesNotExist();
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
        try (var walk = Files.walk(files(0))) {
            walk.sorted(java.util.Comparator.reverseOrder()).forEach(StorageVerticleTest::delete);
        }
        serve(Map.of());
        assertThat(reader.status(P0).quarantine()).contains("directory is gone");
        assertThat(refusal("more").code()).isEqualTo(ErrorCode.PARTITION_QUARANTINED);

        // It stays quarantined: if its recovery point were lost, the next start would accept the remaining records as
        // complete.
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
        assertThat(delete(Partitions.UP_TO_HIGH_WATERMARK)).isEqualTo(3);
        publish("d");
        assertThat(reader.status(P0).highWatermark()).isEqualTo(4);
        serve(Map.of("cleanup.policy", "compact"));
        assertThat(catchThrowableOfType(ApiException.class, () -> delete(3)).code())
                .isEqualTo(ErrorCode.POLICY_VIOLATION);
    }

    private long delete(long beforeOffset) throws Exception {
        return await(partitions.deleteRecords(P0, beforeOffset, Actor.SERVER));
    }
}
