package io.letterbox.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.bus.Isolation;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.PartitionImage;
import io.letterbox.metadata.TopicConfig;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.TopicPartition;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Tests what ends after a failure or a shortage of the disk, and what goes on. */
class ShardFailureTest extends ShardFixture {
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
    void whatIsInFlightBehindABatchThatFoundNoRoomDoesNotTakeItsPlace() throws Exception {
        serve(Map.of());
        publish("before");
        files.full = true;
        assertThat(refusal(numbered(0, "one")).code()).isEqualTo(ErrorCode.DISK_FULL);
        files.full = false;
        assertThat(refusal(numbered(1, "two")).code()).isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE);
        assertThat(await(numbered(0, "one")).baseOffset()).isEqualTo(1);
        assertThat(await(numbered(1, "two")).baseOffset()).isEqualTo(2);
    }

    @Test
    void refusalsNameNoPath() throws Exception {
        serve(Map.of("segment.bytes", "16384"));
        publish("x".repeat(12_000));
        files.outOfFiles = true;
        // This append needs a new segment.
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
        // Both retention, which rolls a segment, and the checkpoint need descriptors.
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
        files.outOfFiles = true;
        apply(image(List.of()));
        assertThat(files(0)).exists();
        // The same name, whose files cannot be made now either.
        UUID again = new UUID(1, 1);
        assertThat(apply(image(List.of(topic(again, Map.of()))))).containsOnlyKeys(P0);
        files.outOfFiles = false;
        Awaitility.await().until(() -> !reader.status(P0).offline());
        assertThat(publish("new").baseOffset()).isZero();
        Awaitility.await().until(() -> !files.exists(files(0)));
    }

    @Test
    void aDirectoryThatSomebodyRemovesIsThatPartitionsTrouble() throws Exception {
        PartitionImage here = new PartitionImage(0, 1, 0, List.of(1), List.of(1));
        apply(image(List.of(new TopicImage("quakes", topicId, List.of(here, here), new TopicConfig(Map.of())))));
        publish("before");
        Path removed = files(1);
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
        PartitionImage elsewhere = new PartitionImage(0, 2, 1, List.of(2, 1), List.of(2, 1));
        apply(image(List.of(new TopicImage("quakes", topicId, List.of(elsewhere), new TopicConfig(Map.of())))));
        assertThat(reader.status(P0)).isNull();
        assertThat(refusal("not here").code()).isEqualTo(ErrorCode.UNKNOWN_PARTITION);
        serve(Map.of());
        assertThat(values(await(reader.read(P0, 0, 1000, Isolation.UNCOMMITTED))))
                .containsExactly("kept");
    }

    /** With a reserve that no disk has. */
    private void restartWithoutRoom() throws Exception {
        restart(true, 1L << 40);
        serve(Map.of());
        assertThat(refusal("more").code()).isEqualTo(ErrorCode.DISK_FULL);
    }

    @Test
    void refusesBelowTheReserveAndGoesOnReading() throws Exception {
        serve(Map.of());
        publish("before");
        restartWithoutRoom();
        assertThat(values(await(reader.read(P0, 0, 1000, Isolation.UNCOMMITTED))))
                .containsExactly("before");
    }

    @Test
    void retentionWorksBelowTheReserveAlsoWhereOneSegmentHoldsEverything() throws Exception {
        serve(Map.of());
        for (int index = 0; index < 100; index++) publish("x".repeat(20_000));
        restartWithoutRoom();
        serve(Map.of("retention.bytes", "200000"));
        Awaitility.await().until(() -> reader.status(P0).sizeBytes() < 250_000);
        long start = reader.status(P0).logStartOffset();
        assertThat(reader.status(P0).sizeBytes()).isGreaterThanOrEqualTo(200_000);
        assertThat(start).isBetween(80L, 90L);
        assertThat(values(await(reader.read(P0, start, 10_000_000, Isolation.UNCOMMITTED))))
                .hasSize((int) (100 - start));
        assertThat(failures).isEmpty();
    }
}
