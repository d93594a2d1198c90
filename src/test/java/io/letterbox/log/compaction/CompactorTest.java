package io.letterbox.log.compaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.disk.DataLayout;
import io.letterbox.disk.Disk;
import io.letterbox.disk.FileDisk;
import io.letterbox.log.CompactedLog;
import io.letterbox.log.CorruptLogException;
import io.letterbox.log.LogConfig;
import io.letterbox.record.BatchCursor;
import io.letterbox.record.Codec;
import io.letterbox.record.RecordBatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CompactorTest {
    @TempDir
    Path directory;

    private final Disk disk = new FileDisk();
    private CompactedLog log;

    @BeforeEach
    void open() throws IOException {
        log = new CompactedLog(disk, directory.resolve("p"), CompactedLog.config(0.0, 0, 1_000));
    }

    @AfterEach
    void close() throws IOException {
        log.close();
    }

    @Test
    void theLastRecordOfEachKeyStaysWhereItWas() throws IOException {
        log.append("a=1", "b=1", "a=2");
        log.append("c=1", "b=2");
        log.append("a=3");
        log.roll();
        log.append("c=2");
        assertThat(log.compact()).isTrue();
        // c=2 is in the active segment, which compaction neither reads nor touches.
        assertThat(log.records()).containsExactly("3 c=1", "4 b=2", "5 a=3", "6 c=2");
        log.reopen();
        assertThat(log.records()).containsExactly("3 c=1", "4 b=2", "5 a=3", "6 c=2");
        assertThat(log.log().logStartOffset()).isZero();
    }

    @ParameterizedTest
    @EnumSource(value = Codec.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void compressedBatchesAreCompactedAndStayCompressed(Codec codec) throws IOException {
        log.codec = codec;
        log.append("a=1", "b=1", "a=2", "=keyless");
        log.append("b=-");
        log.codec = Codec.NONE;
        log.append("a=3");
        log.roll();
        log.append("c=1");
        assertThat(log.compact()).isTrue();
        List<String> left = List.of("3 =keyless", "4 b=-", "5 a=3", "6 c=1");
        assertThat(log.records()).isEqualTo(left);
        BatchCursor batches = RecordBatch.cursor(log.log().read(0, 10_000, 7).batches());
        assertThat(batches.next()).isTrue();
        assertThat(batches.batch().compression()).isEqualTo(codec.id());
        assertThat(batches.batch().defect()).isNull();
        assertThat(batches.batch().recordCount()).isEqualTo(1);
        log.reopen();
        assertThat(log.records()).isEqualTo(left);
    }

    @Test
    void smallNeighboursBecomeOneSegment() throws IOException {
        for (int i = 0; i < 10; i++) {
            log.append("k" + i + "=1");
            log.roll();
        }
        assertThat(log.log().segmentCount()).isEqualTo(11);
        assertThat(log.compact()).isTrue();
        assertThat(log.log().segmentCount()).isEqualTo(2);
        assertThat(log.records()).hasSize(10);
        assertThat(log.fileNames()).noneMatch(name -> name.endsWith(".cleaned") || name.endsWith(".swap"));
        log.reopen();
        assertThat(log.records()).hasSize(10);
    }

    @Test
    void aTombstoneOutlivesTheCompactionThatReachedIt() throws IOException {
        log.append("a=1", "b=1");
        log.append("a=-");
        log.roll();
        log.append("x=1");
        assertThat(log.compact()).isTrue();
        assertThat(log.records()).containsExactly("1 b=1", "2 a=-", "3 x=1");

        // Later runs keep the tombstone before its delete horizon, and drop it afterwards.
        log.roll();
        log.nowMs += 999;
        assertThat(log.compact()).isTrue();
        assertThat(log.records()).containsExactly("1 b=1", "2 a=-", "3 x=1");
        log.append("y=1");
        log.roll();
        log.nowMs += 2;
        assertThat(log.compact()).isTrue();
        assertThat(log.records()).containsExactly("1 b=1", "3 x=1", "4 y=1");
    }

    @Test
    void nothingAtOrAboveTheHighWatermarkIsTouched() throws IOException {
        log.append("a=1");
        log.append("a=2");
        log.roll();
        log.append("a=3");
        log.highWatermark = 1;
        assertThat(log.compact()).isFalse();
        log.highWatermark = 2;
        assertThat(log.compact()).isTrue();
        assertThat(log.records()).containsExactly("1 a=2", "2 a=3");
    }

    @Test
    void youngRecordsAreLeftAlone() throws IOException {
        log.configure(CompactedLog.config(0.0, 500, 1_000));
        log.append("a=1");
        log.append("a=2");
        log.roll();
        assertThat(log.compact()).isFalse();
        log.nowMs += 501;
        assertThat(log.compact()).isTrue();
        assertThat(log.records()).containsExactly("1 a=2");
    }

    @Test
    void itWaitsForEnoughDirtyBytes() throws IOException {
        log.configure(CompactedLog.config(0.5, 0, 1_000));
        for (int i = 0; i < 10; i++) log.append("k" + i + "=1");
        log.roll();
        assertThat(log.compact()).isTrue();
        log.append("k1=2");
        log.roll();
        assertThat(log.compact()).isFalse();
        for (int i = 0; i < 10; i++) log.append("k" + i + "=3");
        log.roll();
        assertThat(log.compact()).isTrue();
        assertThat(log.records()).hasSize(10).allMatch(record -> record.endsWith("=3"));
    }

    @Test
    void aTopicThatIsNotCompactedIsNotCompacted() throws IOException {
        log.configure(LogConfig.defaults());
        log.append("a=1", "a=2");
        log.roll();
        assertThat(log.compact()).isFalse();
    }

    @Test
    void whereTheMapIsFullAnotherRunFollows() throws IOException {
        log.mapBytes(16 * OffsetMap.ENTRY_BYTES);
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 30; i++) log.append("k" + i + "=" + round);
            log.roll();
        }
        int runs = 0;
        while (log.compact()) runs++;
        assertThat(runs).isGreaterThan(3);
        assertThat(log.records()).hasSize(30).allMatch(record -> record.endsWith("=2"));
    }

    @Test
    void recordsWithoutAKeyStay() throws IOException {
        log.append("=1", "a=1", "=2");
        log.append("a=2");
        log.roll();
        assertThat(log.compact()).isTrue();
        assertThat(log.records()).containsExactly("0 =1", "2 =2", "3 a=2");
    }

    @Test
    void aSegmentMayBecomeEmpty() throws IOException {
        log.configure(CompactedLog.config(0.0, 0, 1_000, 200));
        log.append("a=1", "b=1");
        log.roll();
        log.append("a=2", "b=2");
        log.roll();
        assertThat(log.compact()).isTrue();
        assertThat(log.records()).containsExactly("2 a=2", "3 b=2");
        log.reopen();
        assertThat(log.records()).containsExactly("2 a=2", "3 b=2");
        log.append("a=3");
        assertThat(log.records()).endsWith("4 a=3");
    }

    @Test
    void aStoppedRunLeavesNothingBehind() throws IOException {
        log.append("a=1");
        log.append("a=2");
        log.roll();
        CompactionPlan plan = log.compactor().plan(log.nowMs, log.log().logEndOffset());
        assertThat(log.compactor().plan(log.nowMs, log.log().logEndOffset())).isNull();
        assertThatThrownBy(() -> log.compactor().clean(plan, () -> true)).isInstanceOf(CancellationException.class);
        log.compactor().abandon();
        assertThat(log.fileNames()).noneMatch(name -> name.endsWith(".cleaned"));
        assertThat(log.compact()).isTrue();
    }

    @Test
    void segmentsThatRetentionTookMeanwhileStayGone() throws IOException {
        log.append("a=1");
        log.roll();
        log.append("a=2");
        log.roll();
        CompactionPlan plan = log.compactor().plan(log.nowMs, log.log().logEndOffset());
        CompactionResult compaction = log.compactor().clean(plan, () -> false);
        log.log().deleteRecordsBefore(1);
        log.compactor().install(compaction);
        assertThat(log.records()).containsExactly("1 a=2");
        assertThat(log.fileNames()).noneMatch(name -> name.endsWith(".cleaned"));
    }

    @Test
    void damageIsReportedNotCopied() throws IOException {
        log.append("a=1");
        log.append("a=2");
        log.roll();
        Path file = log.log().segments().get(0).logPath();
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 2] ^= 1;
        Files.write(file, bytes);
        assertThatThrownBy(() -> log.compact())
                .isInstanceOf(CorruptLogException.class)
                .hasMessageContaining(DataLayout.displayName(file))
                .hasMessageContaining("byte");
        assertThat(log.fileNames()).noneMatch(name -> name.endsWith(".cleaned"));
    }
}
