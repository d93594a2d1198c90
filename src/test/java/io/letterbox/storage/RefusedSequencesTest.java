package io.letterbox.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.record.BatchBuilder;
import io.letterbox.record.RecordBatch;
import io.letterbox.record.TopicPartition;
import io.letterbox.time.TestClock;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class RefusedSequencesTest {
    private static final TopicPartition A = new TopicPartition("a", 0);
    private static final TopicPartition B = new TopicPartition("b", 0);

    private final TestClock clock = new TestClock();
    private final RefusedSequences refused = new RefusedSequences(clock);

    private static ByteBuffer batch(long producer, int epoch, int sequence) {
        BatchBuilder builder = new BatchBuilder(128).producer(producer, (short) epoch, sequence);
        builder.append(TestClock.WALL_MS, null, new byte[1], List.of());
        return builder.build();
    }

    private int missingBefore(TopicPartition partition, long producer, int epoch, int sequence) {
        return refused.missingBefore(partition, RecordBatch.of(batch(producer, epoch, sequence)));
    }

    @Test
    void theLowestNumberThatWasRefusedComesFirst() {
        refused.add(A, batch(7, 0, 31));
        refused.add(A, batch(7, 0, 0));
        refused.add(A, batch(7, 0, 62));
        assertThat(missingBefore(A, 7, 0, 31)).isZero();
        assertThat(missingBefore(A, 7, 0, 0)).isEqualTo(RecordBatch.NO_SEQUENCE);
        assertThat(missingBefore(B, 7, 0, 31)).as("another partition").isEqualTo(RecordBatch.NO_SEQUENCE);
        assertThat(missingBefore(A, 8, 0, 31)).as("another producer").isEqualTo(RecordBatch.NO_SEQUENCE);
        refused.remove(A, RecordBatch.of(batch(7, 0, 0)));
        assertThat(missingBefore(A, 7, 0, 31)).isEqualTo(RecordBatch.NO_SEQUENCE);
        assertThat(refused.isEmpty()).isTrue();
    }

    @Test
    void anotherEpochHasNumbersOfItsOwn() {
        refused.add(A, batch(7, 1, 5));
        refused.add(A, batch(7, 0, 0));
        assertThat(missingBefore(A, 7, 1, 9)).isEqualTo(5);
        assertThat(missingBefore(A, 7, 2, 9)).isEqualTo(RecordBatch.NO_SEQUENCE);
        refused.add(A, batch(7, 2, 8));
        assertThat(missingBefore(A, 7, 2, 9)).isEqualTo(8);
    }

    @Test
    void aRefusalCountsWhileSomethingMayBeInFlightBehindIt() {
        refused.add(A, batch(7, 0, 0));
        clock.pass(RefusedSequences.KEPT_MS);
        assertThat(missingBefore(A, 7, 0, 31)).isZero();
        assertThat(refused.isEmpty()).isFalse();
        clock.pass(1);
        assertThat(missingBefore(A, 7, 0, 31)).isEqualTo(RecordBatch.NO_SEQUENCE);
        assertThat(refused.isEmpty()).isTrue();
    }

    @Test
    void aLaterRefusalDoesNotProlongOneThatDoesNotCountAnyMore() {
        refused.add(A, batch(7, 0, 0));
        clock.pass(RefusedSequences.KEPT_MS + 1);
        refused.add(A, batch(7, 0, 31));
        assertThat(missingBefore(A, 7, 0, 62)).isEqualTo(31);
    }

    @Test
    void whatHasNoNumbersOrIsNoBatchIsNotKept() {
        refused.add(A, batch(-1, -1, -1));
        refused.add(A, batch(7, 0, RecordBatch.NO_SEQUENCE));
        refused.add(A, ByteBuffer.allocate(1));
        refused.add(A, ByteBuffer.allocate(RecordBatch.HEADER_BYTES));
        assertThat(refused.isEmpty()).isTrue();
    }

    @Test
    void noMoreAreKeptThanTheLimit() {
        for (int producer = 0; producer < RefusedSequences.MAX; producer++) refused.add(A, batch(producer, 0, 0));
        assertThat(missingBefore(A, 5, 0, 1)).isZero();
        refused.add(A, batch(RefusedSequences.MAX, 0, 0));
        assertThat(missingBefore(A, 5, 0, 1)).isEqualTo(RecordBatch.NO_SEQUENCE);
        assertThat(missingBefore(A, RefusedSequences.MAX, 0, 1)).isZero();
    }
}
