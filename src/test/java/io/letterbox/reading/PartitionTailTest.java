package io.letterbox.reading;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.bus.Committed;
import io.letterbox.bus.FakeStorage;
import io.letterbox.bus.Isolation;
import io.letterbox.bus.LogReader;
import io.letterbox.bus.OnLoop;
import io.letterbox.bus.PartitionStatus;
import io.letterbox.bus.Slice;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.metadata.Command;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PartitionTailTest {
    private static final TopicPartition PARTITION = new TopicPartition("t", 0);
    private static final int MAX_BYTES = 1_000;

    private final Vertx vertx = Vertx.vertx();
    private final Context loop = ((VertxInternal) vertx).createEventLoopContext();
    private final FakeStorage storage = new FakeStorage(vertx);
    private final CommitListeners listeners = new CommitListeners();
    private final PartitionTail tail = new PartitionTail(listeners, storage, PARTITION, Isolation.COMMITTED);

    PartitionTailTest() throws Exception {
        storage.createTopic("t", 1, Map.of());
        OnLoop.call(loop, () -> {
            storage.onCommitted(listeners::onCommitted);
            return null;
        });
    }

    @AfterEach
    void close() {
        vertx.close().await();
    }

    private Future<Slice> next(long offset) throws TimeoutException {
        return OnLoop.call(loop, () -> tail.next(offset, MAX_BYTES));
    }

    private long publish() {
        return storage.publish(PARTITION, 1, null, new byte[] {7});
    }

    @Test
    void readsWhatIsThereAtOnceInMemoryOrNot() throws Exception {
        publish();
        publish();
        for (boolean cached : new boolean[] {true, false}) {
            storage.setCached(cached);
            Slice slice = next(1).await(30, TimeUnit.SECONDS);
            assertThat(slice.nextOffset()).as("cached: " + cached).isEqualTo(2);
            assertThat(slice.isEmpty()).isFalse();
        }
        assertThat(listeners.size()).as("nobody waits").isZero();
    }

    @Test
    void waitsWhereNothingIsThereYet() throws Exception {
        publish();
        Future<Slice> waiting = next(1);
        assertThat(OnLoop.call(loop, () -> waiting.isComplete())).isFalse();
        assertThat(listeners.size()).isEqualTo(1);
        publish();
        assertThat(waiting.await(30, TimeUnit.SECONDS).nextOffset()).isEqualTo(2);
        assertThat(listeners.size()).isZero();
    }

    @Test
    void aTopicThatIsDeletedEndsTheWait() throws Exception {
        Future<Slice> waiting = next(0);
        storage.metadata().propose(new Command.DeleteTopic("t")).await();
        OnLoop.call(loop, () -> {
            listeners.wakeAll();
            return null;
        });
        assertThatThrownBy(() -> waiting.await(30, TimeUnit.SECONDS))
                .isInstanceOfSatisfying(ApiException.class, refusal -> assertThat(refusal.code())
                        .isEqualTo(ErrorCode.UNKNOWN_PARTITION));
        assertThat(listeners.size()).isZero();
    }

    @Test
    void anOffsetBeyondTheEndIsRefusedAndNotWaitedFor() throws Exception {
        Future<Slice> outside = next(5);
        assertThatThrownBy(() -> outside.await(30, TimeUnit.SECONDS))
                .isInstanceOfSatisfying(ApiException.class, refusal -> assertThat(refusal.code())
                        .isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE));
    }

    @Test
    void whoStopsIsNotWokenAnyMore() throws Exception {
        Future<Slice> waiting = next(0);
        OnLoop.call(loop, () -> {
            tail.stop();
            tail.stop();
            return null;
        });
        assertThat(listeners.size()).isZero();
        publish();
        assertThat(OnLoop.call(loop, () -> waiting.isComplete())).isFalse();
    }

    /** Compaction has left nothing up to the end; and while that is being found out, somebody publishes. */
    @Test
    void whatIsCommittedDuringAReadThatFindsNothingIsReadNext() {
        SlowReader reader = new SlowReader();
        PartitionTail compacted = new PartitionTail(listeners, reader, PARTITION, Isolation.COMMITTED);
        Future<Slice> waiting = compacted.next(3, MAX_BYTES);
        assertThat(reader.reads).hasSize(1);
        reader.end = 7;
        reader.reads.get(0).complete(slice(0, 3));
        assertThat(reader.reads).as("it has looked again").hasSize(2);
        reader.reads.get(1).complete(slice(1, 7));
        assertThat(waiting.result().nextOffset()).isEqualTo(7);
    }

    @Test
    void aReadThatFindsNothingWaitsWhereNothingWasCommittedMeanwhile() {
        SlowReader reader = new SlowReader();
        PartitionTail compacted = new PartitionTail(listeners, reader, PARTITION, Isolation.COMMITTED);
        Future<Slice> waiting = compacted.next(3, MAX_BYTES);
        reader.reads.get(0).complete(slice(0, 3));
        assertThat(reader.reads).as("one look is enough").hasSize(1);
        assertThat(listeners.size()).isEqualTo(1);
        reader.end = 6;
        listeners.onCommitted(new Committed(List.of(new Committed.Moved(PARTITION, 6, 6))));
        reader.reads.get(1).complete(slice(1, 6));
        assertThat(waiting.result().nextOffset()).isEqualTo(6);
    }

    private static Slice slice(int bytes, long nextOffset) {
        return new Slice(ByteBuffer.allocate(bytes), nextOffset, nextOffset, nextOffset, List.of());
    }

    /** Reads that the test completes. */
    private static final class SlowReader implements LogReader {
        final List<Promise<Slice>> reads = new ArrayList<>();
        long end = 5;

        @Override
        public PartitionStatus status(TopicPartition partition) {
            return new PartitionStatus(0, end, end, end, 100, 1, null, false);
        }

        @Override
        public Slice readCached(TopicPartition partition, long offset, int maxBytes, Isolation isolation) {
            return null;
        }

        @Override
        public Future<Slice> read(TopicPartition partition, long offset, int maxBytes, Isolation isolation) {
            Promise<Slice> promise = Promise.promise();
            reads.add(promise);
            return promise.future();
        }

        @Override
        public Future<Long> offsetForTime(TopicPartition partition, long timestampMs, Isolation isolation) {
            throw new AssertionError("nobody asks for times here");
        }

        @Override
        public void onCommitted(Consumer<Committed> listener) {}
    }
}
