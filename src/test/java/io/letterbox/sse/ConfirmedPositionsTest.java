package io.letterbox.sse;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.record.TopicPartition;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The positions that count as delivered to a group member. */
class ConfirmedPositionsTest {
    private static final TopicPartition A = new TopicPartition("t", 0);
    private static final TopicPartition B = new TopicPartition("t", 1);
    private static final long SECOND = 1_000_000_000;

    private final ConfirmedPositions confirmed = new ConfirmedPositions();
    private final Map<TopicPartition, Long> written = new HashMap<>();
    private long bytes;
    private long acknowledged;
    private long now = 17;

    /** Does what the stream does once a second; a comment has one byte. */
    private boolean tick() {
        confirmed.onAcknowledged(acknowledged, now);
        boolean wanted = confirmed.onWritten(written, now);
        if (wanted) confirmed.onLaterWrite(++bytes, now);
        now += SECOND;
        return wanted;
    }

    private void begin(TopicPartition partition, long next) {
        confirmed.begin(Map.of(partition, next));
        written.put(partition, next);
    }

    private void write(TopicPartition partition, int records) {
        written.merge(partition, (long) records, Long::sum);
        bytes += 100L * records;
    }

    @Test
    void whereReadingBeginsIsNothingToWaitFor() {
        begin(A, 7);
        assertThat(tick()).isFalse();
        assertThat(confirmed.isWaiting()).isFalse();
        assertThat(confirmed.covers(Map.of(A, 7L))).isTrue();
        assertThat(confirmed.positions()).isEqualTo(Map.of(A, 7L));
    }

    @Test
    void aPositionIsConfirmedByTwoLaterWritesASecondApartAndASecondAfterThem() {
        begin(A, 0);
        write(A, 3);
        assertThat(tick()).as("the first later write").isTrue();
        acknowledged = bytes;
        assertThat(confirmed.positions()).isEqualTo(Map.of(A, 0L));
        assertThat(tick()).as("the second one").isTrue();
        acknowledged = bytes;
        confirmed.onAcknowledged(acknowledged, now - SECOND + 1);
        assertThat(confirmed.positions()).as("at once").isEqualTo(Map.of(A, 0L));
        assertThat(tick()).as("no other one is needed").isFalse();
        assertThat(confirmed.positions()).isEqualTo(Map.of(A, 3L));
        assertThat(confirmed.isWaiting()).isFalse();
        assertThat(tick()).isFalse();
    }

    @Test
    void ticksThatComeAllAtOnceConfirmNothing() {
        begin(A, 0);
        write(A, 1);
        for (int i = 0; i < 20; i++) {
            tick();
            now -= SECOND;
            acknowledged = bytes;
        }
        assertThat(confirmed.positions()).isEqualTo(Map.of(A, 0L));
    }

    @Test
    void whatWaitsBehindAClosedWindowConfirmsNothing() {
        begin(A, 0);
        write(A, 1000);
        // The records are acknowledged but for the last byte.
        acknowledged = bytes - 1;
        for (int i = 0; i < 20; i++) tick();
        assertThat(confirmed.positions()).isEqualTo(Map.of(A, 0L));
        // All records are acknowledged, and the first later write, but not the second one.
        acknowledged = bytes - 1;
        for (int i = 0; i < 20; i++) tick();
        assertThat(confirmed.positions()).isEqualTo(Map.of(A, 0L));
        acknowledged = bytes;
        tick();
        assertThat(confirmed.positions()).isEqualTo(Map.of(A, 1000L));
    }

    @Test
    void underLoadEachSecondIsConfirmedTwoSecondsLater() {
        begin(A, 0);
        for (int i = 1; i <= 50; i++) {
            write(A, 10);
            tick();
            acknowledged = bytes;
            if (i > 2) assertThat(confirmed.positions()).isEqualTo(Map.of(A, 10L * (i - 2)));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5})
    void aSlowReaderIsConfirmedAtItsPaceAndCostsNoMoreThanTheLimit(int seed) {
        Random random = new Random(seed);
        begin(A, 0);
        for (int i = 0; i < 2000; i++) {
            write(A, random.nextInt(50));
            acknowledged = Math.min(bytes, acknowledged + random.nextInt(2000));
            tick();
            // A record has a hundred bytes.
            assertThat(confirmed.positions().get(A) * 100).isLessThanOrEqualTo(acknowledged);
        }
        assertThat(confirmed.positions().get(A)).as("it gets on").isPositive();
        for (int i = 0; i < 60; i++) {
            acknowledged = bytes;
            tick();
        }
        assertThat(confirmed.positions()).isEqualTo(written);
    }

    @Test
    void aPartitionThatIsGivenUpIsNotConfirmedAnyMore() {
        begin(A, 0);
        begin(B, 5);
        write(A, 1);
        write(B, 1);
        tick();
        confirmed.forget(Map.of(A, 1L).keySet());
        written.remove(A);
        for (int i = 0; i < 3; i++) {
            tick();
            acknowledged = bytes;
        }
        assertThat(confirmed.positions()).isEqualTo(Map.of(B, 6L));
        // The partition is assigned again, from the committed offset: what was in flight before does not count.
        begin(A, 1);
        assertThat(confirmed.covers(Map.of(A, 1L, B, 6L))).isTrue();
        assertThat(confirmed.covers(Map.of(A, 2L))).isFalse();
    }
}
