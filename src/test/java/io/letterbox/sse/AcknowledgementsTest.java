package io.letterbox.sse;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.http.JsonBytes;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.PartitionImage;
import io.letterbox.metadata.TopicConfig;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.TopicPartition;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The progress of a client that acknowledges by itself, and the time without progress. */
class AcknowledgementsTest {
    private static final TopicPartition A = new TopicPartition("t", 0);
    private static final TopicPartition B = new TopicPartition("t", 1);

    private final Acknowledgements acknowledgements = new Acknowledgements(10);
    private final PartitionLayout layout = layout();

    private static PartitionLayout layout() {
        TreeMap<String, TopicImage> topics = new TreeMap<>();
        PartitionImage partition = new PartitionImage(0, 1, 0, List.of(1), List.of(1));
        topics.put(
                "t", new TopicImage("t", UUID.randomUUID(), List.of(partition, partition), new TopicConfig(Map.of())));
        return PartitionLayout.of(
                new Subscription(List.of("t"), Subscription.ALL_PARTITIONS, null, false),
                new ClusterImage(1, "c", Map.of(), topics));
    }

    /** A chunk whose position is beyond its last record. */
    private void give(long... behindLast) {
        SseChunk chunk =
                SseChunk.of(new Position(new long[] {1000, 1000}), behindLast, new int[] {1}, new JsonBytes(8));
        acknowledgements.written(layout, chunk);
    }

    @Test
    void whatNobodyGetsToSeeIsNotWaitedFor() {
        assertThat(acknowledgements.isComplete(Set.of(A, B))).isTrue();
        give(7, 0);
        assertThat(acknowledgements.isComplete(Set.of(A, B))).isFalse();
        assertThat(acknowledgements.isComplete(Set.of(B))).isTrue();
        acknowledgements.acknowledged(Map.of(A, 6L), 11);
        assertThat(acknowledgements.isComplete(Set.of(A))).isFalse();
        acknowledgements.acknowledged(Map.of(A, 7L), 11);
        assertThat(acknowledgements.isComplete(Set.of(A, B))).isTrue();
    }

    @Test
    void silenceIsCountedFromTheLastProgressOrSinceThereWasSomethingToAcknowledge() {
        assertThat(acknowledgements.silentTicks(Set.of(A, B), 500)).isZero();
        give(7, 3);
        assertThat(acknowledgements.silentTicks(Set.of(A, B), 503)).isEqualTo(3);
        acknowledgements.acknowledged(Map.of(A, 2L), 504);
        assertThat(acknowledgements.silentTicks(Set.of(A, B), 510)).isEqualTo(6);
        acknowledgements.acknowledged(Map.of(A, 2L), 512);
        assertThat(acknowledgements.silentTicks(Set.of(A, B), 520))
                .as("the same again")
                .isEqualTo(16);
        acknowledgements.acknowledged(Map.of(A, 7L, B, 3L), 521);
        assertThat(acknowledgements.silentTicks(Set.of(A, B), 900)).isZero();
    }

    @Test
    void whatIsNotReadAnyMoreIsNotWaitedFor() {
        give(7, 3);
        acknowledgements.forget(Set.of(A));
        acknowledgements.acknowledged(Map.of(B, 3L), 11);
        assertThat(acknowledgements.isComplete(Set.of(A, B))).isTrue();
        give(8, 4);
        acknowledgements.clear();
        assertThat(acknowledgements.isComplete(Set.of(A, B))).isTrue();
    }
}
