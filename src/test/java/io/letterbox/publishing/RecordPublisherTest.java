package io.letterbox.publishing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.bus.FakeStorage;
import io.letterbox.bus.Isolation;
import io.letterbox.bus.OnLoop;
import io.letterbox.bus.Slice;
import io.letterbox.config.TopicsConfig;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.record.Partitioner;
import io.letterbox.record.RecordCursor;
import io.letterbox.record.RecordHeader;
import io.letterbox.record.TopicPartition;
import io.letterbox.telemetry.Door;
import io.letterbox.telemetry.Meters;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RecordPublisherTest {
    private static final int MAX_RECORD_BYTES = 1_000;
    private static final int PARTITIONS = 8;

    private final Vertx vertx = Vertx.vertx();
    private final Context loop = ((VertxInternal) vertx).createEventLoopContext();
    private final FakeStorage storage = new FakeStorage(vertx);
    private final RecordPublisher publisher;

    RecordPublisherTest() {
        storage.createTopic("t", PARTITIONS, Map.of());
        PublishTargets targets = new PublishTargets(
                storage.metadata(),
                new TopicsConfig(false, 200, 1, Map.of()),
                new Meters(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT)));
        PublishBatcher batcher = new PublishBatcher(storage, (ContextInternal) loop, Door.HTTP);
        publisher = new RecordPublisher(targets, batcher, MAX_RECORD_BYTES);
    }

    @AfterEach
    void close() {
        vertx.close().await();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static ProducerRecord to(int partition, String value) {
        return new ProducerRecord("t", partition, System.currentTimeMillis(), null, bytes(value), List.of());
    }

    private Future<Long> publish(ProducerRecord record) throws TimeoutException {
        return OnLoop.call(loop, () -> publisher.publish(record));
    }

    private static void assertRefused(Future<Long> offset, ErrorCode code) {
        assertThatThrownBy(() -> offset.await(30, TimeUnit.SECONDS))
                .isInstanceOfSatisfying(ApiException.class, refusal -> assertThat(refusal.code())
                        .isEqualTo(code));
    }

    @Test
    void theOffsetComesWhenTheRecordIsWritten() throws Exception {
        storage.hold();
        Future<Long> first = publish(to(3, "a"));
        assertThat(OnLoop.call(loop, () -> first.isComplete())).isFalse();
        storage.release();
        assertThat(first.await(30, TimeUnit.SECONDS)).isZero();
        assertThat(publish(to(3, "b")).await(30, TimeUnit.SECONDS)).isEqualTo(1);
        assertThat(publish(to(4, "c")).await(30, TimeUnit.SECONDS)).isZero();
    }

    @Test
    void theRecordIsWrittenAsItWasGiven() throws Exception {
        byte[] key = bytes("k");
        int partition = Partitioner.forKey(key, PARTITIONS);
        List<RecordHeader> headers = List.of(new RecordHeader("h", bytes("x")));
        publish(ProducerRecord.byKey("t", 1_700_000_000_000L, key, bytes("value"), headers))
                .await(30, TimeUnit.SECONDS);
        publish(new ProducerRecord("t", partition, 1_700_000_000_001L, key, null, List.of()))
                .await(30, TimeUnit.SECONDS);
        Slice slice = storage.readCached(new TopicPartition("t", partition), 0, 10_000, Isolation.COMMITTED);
        try (RecordCursor cursor = new RecordCursor(slice.batches(), 0)) {
            assertThat(cursor.next()).isTrue();
            assertThat(cursor.timestampMs()).isEqualTo(1_700_000_000_000L);
            assertThat(cursor.keyLength()).isEqualTo(1);
            assertThat(new String(cursor.array(), cursor.valueOffset(), cursor.valueLength(), StandardCharsets.UTF_8))
                    .isEqualTo("value");
            assertThat(cursor.headers()).hasSize(1);
            assertThat(cursor.next()).isTrue();
            assertThat(cursor.valueLength()).as("a tombstone").isEqualTo(-1);
            assertThat(cursor.next()).isFalse();
        }
    }

    @Test
    void whatOneIterationOfTheLoopPublishesToAPartitionIsOneBatch() throws Exception {
        List<Future<Long>> offsets = OnLoop.call(loop, () -> {
            List<Future<Long>> all = new ArrayList<>();
            for (int number = 0; number < 10; number++) all.add(publisher.publish(to(2, "v" + number)));
            all.add(publisher.publish(to(5, "elsewhere")));
            return all;
        });
        for (int number = 0; number < 10; number++) {
            assertThat(offsets.get(number).await(30, TimeUnit.SECONDS)).isEqualTo(number);
        }
        assertThat(offsets.get(10).await(30, TimeUnit.SECONDS)).isZero();
        assertThat(storage.appends()).isEqualTo(2);
    }

    @Test
    void aRefusalOfTheLeaderReachesEachOfTheBatch() throws Exception {
        storage.refuseWith(new ApiException(ErrorCode.DISK_FULL, "Full."));
        List<Future<Long>> offsets =
                OnLoop.call(loop, () -> List.of(publisher.publish(to(2, "a")), publisher.publish(to(2, "b"))));
        for (Future<Long> offset : offsets) assertRefused(offset, ErrorCode.DISK_FULL);
    }

    @Test
    void whatCannotBeWrittenIsRefusedAndNothingIsSent() throws Exception {
        assertRefused(
                publish(ProducerRecord.byKey("nothing", 1, null, bytes("v"), List.of())), ErrorCode.UNKNOWN_TOPIC);
        assertRefused(publish(to(PARTITIONS, "v")), ErrorCode.UNKNOWN_PARTITION);
        assertRefused(publish(to(0, "v".repeat(MAX_RECORD_BYTES + 1))), ErrorCode.RECORD_TOO_LARGE);
        assertThatThrownBy(() -> to(-2, "v")).isInstanceOf(IllegalArgumentException.class);
        storage.createTopic("compacted", 1, Map.of("cleanup.policy", "compact"));
        assertRefused(
                publish(ProducerRecord.byKey("compacted", 1, null, bytes("v"), List.of())), ErrorCode.INVALID_RECORD);
        assertThat(storage.appends()).isZero();
    }
}
