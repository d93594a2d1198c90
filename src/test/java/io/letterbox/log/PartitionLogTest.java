package io.letterbox.log;

import static io.letterbox.log.TestLogs.batch;
import static io.letterbox.log.TestLogs.keeping;
import static io.letterbox.log.TestLogs.open;
import static io.letterbox.log.TestLogs.small;
import static io.letterbox.log.TestLogs.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.disk.Disk;
import io.letterbox.disk.FileDisk;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.log.producers.ProducerLimits;
import io.letterbox.record.BatchBuilder;
import io.letterbox.record.BatchRules;
import io.letterbox.record.Codec;
import io.letterbox.record.Recompression;
import io.letterbox.time.Moment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartitionLogTest {
    private final Disk disk = new FileDisk();

    @TempDir
    Path temp;

    private Path directory;

    @BeforeEach
    void nameDirectory() {
        directory = temp.resolve("topics/a/0");
    }

    @Test
    void givesBackWhatWasAppended() throws IOException {
        try (PartitionLog log = open(disk, directory, small(1 << 20), 0).log()) {
            assertThat(log.append(batch(5, "a", "b"), 3, 0)).isEqualTo(new AppendResult(0, 1));
            assertThat(log.append(batch(6, "c"), 3, 0)).isEqualTo(new AppendResult(2, 2));
            assertThat(log.durableOffset()).isZero();
            log.flush();
            assertThat(log.durableOffset()).isEqualTo(3);
            assertThat(values(log, 0, 1)).containsExactly("0=a", "1=b", "2=c");
            assertThat(values(log, 1, 1 << 20)).containsExactly("1=b", "2=c");
            assertThat(log.read(3, 100, 3)).isEqualTo(SegmentRead.nothing(3));
            assertThat(log.epochs().entries()).containsExactly(new LeaderEpochCache.EpochEntry(3, 0));
        }
    }

    @Test
    void readsStopAtTheLimitGiven() throws IOException {
        try (PartitionLog log = filled(100, 1 << 20)) {
            assertThat(log.read(10, 1 << 20, 20).nextOffset()).isEqualTo(20);
            assertThat(log.read(10, 1, 20).nextOffset()).isEqualTo(11);
            assertThat(log.read(20, 1, 20).batches().hasRemaining()).isFalse();
            assertThatThrownBy(() -> log.read(101, 1, 200))
                    .isInstanceOfSatisfying(ApiException.class, refusal -> assertThat(refusal.code())
                            .isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE));
        }
    }

    @Test
    void rollsBySizeAndReadsAcrossSegments() throws IOException {
        try (PartitionLog log = filled(500, 2000)) {
            assertThat(log.segmentCount()).isGreaterThan(10);
            assertThat(log.segments()).allMatch(segment -> segment.sizeBytes() <= 2000);
            assertThat(values(log, 0, 1)).isEqualTo(expected(0, 500));
            assertThat(values(log, 123, 100_000)).isEqualTo(expected(123, 500));
            for (int offset = 0; offset < 500; offset += 7) {
                assertThat(values(log, offset, 777).get(0)).isEqualTo(offset + "=value " + offset);
            }
        }
    }

    @Test
    void readsABatchLargerThanTheLimit() throws IOException {
        try (PartitionLog log = open(disk, directory, small(1 << 24), 0).log()) {
            log.append(batch(1, "first"), 0, 0);
            log.append(batch(1, "x".repeat(100_000)), 0, 0);
            log.append(batch(1, "y".repeat(200_000)), 0, 0);
            LogRead second = log.read(1, 10, 3);
            assertThat(second.nextOffset()).isEqualTo(2);
            assertThat(second.batches().remaining()).isGreaterThan(100_000).isLessThan(101_000);
            assertThat(log.read(2, 10, 3).nextOffset()).isEqualTo(3);
            assertThat(log.read(0, 150_000, 3).nextOffset()).isEqualTo(2);
        }
    }

    @Test
    void rollsByAge() throws IOException {
        LogConfig config =
                new LogConfig(1 << 20, 1000, -1, -1, 4096, false, true, 0, 0, 0, 0.5, ProducerLimits.defaults());
        try (PartitionLog log = open(disk, directory, config, 0).log()) {
            log.append(batch(1, "a"), 0, 10_000);
            log.append(batch(1, "b"), 0, 11_000);
            assertThat(log.segmentCount()).isEqualTo(1);
            log.append(batch(1, "c"), 0, 11_001);
            assertThat(log.segmentCount()).isEqualTo(2);
            assertThat(TestLogs.retain(log, new Moment(20_000, 20_000), 3)).isEmpty();
            assertThat(log.segmentCount()).isEqualTo(3);
            assertThat(log.segments().get(2).sizeBytes()).isZero();
            TestLogs.retain(log, new Moment(30_000, 30_000), 3);
            assertThat(log.segmentCount()).isEqualTo(3);
        }
    }

    @Test
    void survivesACleanRestart() throws IOException {
        filled(500, 2000).close();
        LogRecovery.RecoveryResult outcome = LogRecovery.open(disk, directory, small(2000), 500, LastStop.CLEAN);
        assertThat(outcome).isInstanceOfSatisfying(LogRecovery.Recovered.class, recovered -> {
            assertThat(recovered.truncatedBytes()).isZero();
            assertThat(recovered.batchesChecked()).isLessThan(10);
        });
        try (PartitionLog log = ((LogRecovery.Recovered) outcome).log()) {
            assertThat(values(log, 0, 5000)).isEqualTo(expected(0, 500));
            assertThat(log.append(batch(9000, "more"), 1, 0).baseOffset()).isEqualTo(500);
            assertThat(values(log, 499, 5000)).containsExactly("499=value 499", "500=more");
        }
    }

    @Test
    void kafkaReadsTheSegments() throws IOException {
        filled(300, 3000).close();
        List<String> seen = new ArrayList<>();
        try (var files = Files.list(directory)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".log"))
                    .sorted()
                    .toList()) {
                try (FileRecords records = FileRecords.open(file.toFile(), false)) {
                    for (RecordBatch batch : records.batches()) {
                        batch.ensureValid();
                        assertThat(batch.partitionLeaderEpoch()).isZero();
                        batch.forEach(record -> seen.add(record.offset() + "=value " + record.offset()));
                    }
                }
            }
        }
        assertThat(seen).isEqualTo(expected(0, 300));
    }

    @Test
    void findsOffsetsByTime() throws IOException {
        try (PartitionLog log = filled(500, 2000)) {
            // Record n has the timestamp 10 n.
            for (int offset = 0; offset < 500; offset += 3) {
                assertThat(offsetSince(log, 10L * offset, 500)).isEqualTo(offset);
                assertThat(offsetSince(log, 10L * offset - 4, 500)).isEqualTo(offset);
            }
            assertThat(offsetSince(log, 4991, 500)).isEqualTo(500);
            assertThat(offsetSince(log, 4000, 300)).isEqualTo(300);
            log.deleteRecordsBefore(250);
            assertThat(offsetSince(log, 0, 500)).isEqualTo(250);
        }
        try (PartitionLog log = open(disk, directory, small(2000), 500).log()) {
            assertThat(offsetSince(log, 3333, 500)).isEqualTo(334);
        }
    }

    @Test
    void timesAreFoundWithinCompressedBatches() throws IOException {
        try (PartitionLog log = open(disk, directory, small(2000), 0).log()) {
            for (int first = 0; first < 100; first += 10) {
                BatchBuilder builder = new BatchBuilder(64);
                for (int n = first; n < first + 10; n++) builder.append(10L * n, null, new byte[50], List.of());
                BatchRules zstd = new BatchRules(
                        false, false, Long.MAX_VALUE, Long.MAX_VALUE, Codec.ZSTD, Codec.DEFAULT_LEVEL, 10_000);
                log.append(Recompression.whole(builder.build(), zstd), 0, 0);
            }
            for (int offset = 0; offset < 100; offset++) {
                assertThat(log.firstSince(10L * offset - 4, 100).offset()).isEqualTo(offset);
            }
        }
    }

    @Test
    void deletesNothingForItsAgeWhileTheWallClockIsInDoubt() throws IOException {
        try (PartitionLog log = filled(500, 2000)) {
            log.configure(keeping(log.config(), 1000, -1));
            assertThat(TestLogs.retain(log, new Moment(4000, 1_000_000, false), 500))
                    .isEmpty();
            assertThat(log.logStartOffset()).isZero();
            log.configure(keeping(log.config(), 1000, 5000));
            TestLogs.retain(log, new Moment(4000, 1_000_000, false), 500);
            assertThat(log.sizeBytes()).as("by size it does").isBetween(5000L, 7000L);
            TestLogs.retain(log, new Moment(4000, 1_000_000, true), 500);
            assertThat(log.logStartOffset()).isEqualTo(500);
        }
    }

    @Test
    void rollsByAgeWhereTheWallClockGoesBack() throws IOException {
        LogConfig config =
                new LogConfig(1 << 20, 1000, -1, -1, 4096, false, true, 0, 0, 0, 0.5, ProducerLimits.defaults());
        try (PartitionLog log = open(disk, directory, config, 0).log()) {
            log.append(batch(50_000, "a"), 0, 10_000);
            TestLogs.retain(log, new Moment(11_000, 1), 0);
            assertThat(log.segmentCount()).isEqualTo(1);
            TestLogs.retain(log, new Moment(11_001, 1), 0);
            assertThat(log.segmentCount()).isEqualTo(2);
            log.append(batch(50_000, "b"), 0, 11_001);
        }
        try (PartitionLog log = open(disk, directory, config, 2).log()) {
            TestLogs.retain(log, new Moment(7, 50_900), 2);
            assertThat(log.segmentCount())
                    .as("its age is what its timestamp says")
                    .isEqualTo(2);
            TestLogs.retain(log, new Moment(107, 1), 2);
            assertThat(log.segmentCount()).isEqualTo(2);
            TestLogs.retain(log, new Moment(108, 1), 2);
            assertThat(log.segmentCount()).isEqualTo(3);
        }
    }

    @Test
    void retentionBySizeKeepsTheYoungest() throws IOException {
        try (PartitionLog log = filled(500, 2000)) {
            log.configure(keeping(log.config(), -1, 5000));
            assertThat(TestLogs.retain(log, new Moment(0, 0), 100)).isNotEmpty();
            assertThat(log.logStartOffset()).isPositive().isLessThanOrEqualTo(100);
            TestLogs.retain(log, new Moment(0, 0), 500);
            assertThat(log.sizeBytes()).isBetween(5000L, 7000L);
            long start = log.logStartOffset();
            assertThat(values(log, start, 4000)).isEqualTo(expected((int) start, 500));
            assertThatThrownBy(() -> log.read(start - 1, 1, 500)).isInstanceOf(ApiException.class);
        }
        try (PartitionLog log = open(disk, directory, small(2000), 500).log()) {
            assertThat(log.sizeBytes()).isBetween(5000L, 7000L);
        }
    }

    @Test
    void retentionByTimeTakesAnIdleLogWhole() throws IOException {
        try (PartitionLog log = filled(500, 2000)) {
            log.configure(keeping(log.config(), 1000, -1));
            TestLogs.retain(log, new Moment(4000, 4000), 500);
            long start = log.logStartOffset();
            assertThat(start).isBetween(270L, 300L);
            TestLogs.retain(log, new Moment(1_000_000, 1_000_000), 500);
            assertThat(log.logStartOffset()).isEqualTo(500);
            assertThat(log.segmentCount()).isEqualTo(1);
            assertThat(log.sizeBytes()).isZero();
            assertThat(log.append(batch(1_000_000, "new"), 0, 0).baseOffset()).isEqualTo(500);
        }
        try (PartitionLog log = open(disk, directory, small(2000), 500).log()) {
            assertThat(log.logStartOffset()).isEqualTo(500);
            assertThat(values(log, 500, 100)).containsExactly("500=new");
        }
    }

    @Test
    void startOffsetSurvives() throws IOException {
        try (PartitionLog log = filled(500, 2000)) {
            log.deleteRecordsBefore(333);
            assertThat(log.logStartOffset()).isEqualTo(333);
            assertThat(log.segments().get(0).baseOffset()).isPositive().isLessThanOrEqualTo(333);
        }
        try (PartitionLog log = open(disk, directory, small(2000), 500).log()) {
            assertThat(log.logStartOffset()).isEqualTo(333);
            assertThat(values(log, 333, 100)).isEqualTo(expected(333, 500));
            log.deleteRecordsBefore(500);
            assertThat(log.segmentCount()).isEqualTo(1);
            assertThat(log.sizeBytes()).isZero();
        }
    }

    @Test
    void truncatesToAnOffset() throws IOException {
        for (int offset : new int[] {499, 250, 17, 0}) {
            try (PartitionLog log = offset == 499
                    ? filled(500, 2000)
                    : open(disk, directory, small(2000), 0).log()) {
                log.truncateTo(offset);
                assertThat(log.logEndOffset()).isEqualTo(offset);
                assertThat(log.durableOffset()).isEqualTo(offset);
                assertThat(values(log, 0, 3000)).isEqualTo(expected(0, offset));
                log.append(batch(10L * offset, "value " + offset), 0, 0);
                assertThat(values(log, 0, 3000)).isEqualTo(expected(0, offset + 1));
            }
        }
    }

    @Test
    void aTruncationInsideABatchTakesTheBatch() throws IOException {
        try (PartitionLog log = open(disk, directory, small(2000), 0).log()) {
            log.append(batch(1, "a", "b"), 0, 0);
            log.append(batch(1, "c", "d", "e"), 1, 0);
            log.truncateTo(4);
            assertThat(log.logEndOffset()).isEqualTo(2);
            assertThat(log.epochs().entries()).containsExactly(new LeaderEpochCache.EpochEntry(0, 0));
        }
    }

    @Test
    void aMissingOrWrongIndexIsMadeAnew() throws IOException {
        filled(500, 2000).close();
        List<Path> indexes;
        try (var files = Files.list(directory)) {
            indexes = files.filter(path -> path.toString().endsWith("index"))
                    .sorted()
                    .toList();
        }
        for (int number = 0; number < indexes.size(); number++) {
            Path index = indexes.get(number);
            if (number % 3 == 0) Files.delete(index);
            if (number % 3 == 1) Files.write(index, new byte[800]);
            if (number % 3 == 2) Files.write(index, "hellohellohellohellohellohellohellohellohellohello".getBytes());
        }
        try (PartitionLog log = open(disk, directory, small(2000), 500).log()) {
            for (int offset = 499; offset >= 0; offset -= 11) {
                assertThat(values(log, offset, 500)).isEqualTo(expected(offset, 500));
            }
            TestLogs.retain(log, new Moment(0, 0), 500);
            assertThat(values(log, 0, 500)).isEqualTo(expected(0, 500));
        }
    }

    @Test
    void recoveryIsQuickHoweverManySegments() throws IOException {
        filled(6000, 2000).close();
        CountingDisk counting = new CountingDisk(disk);
        LogRecovery.Recovered recovered = open(counting, directory, small(2000), 6000);
        assertThat(recovered.log().segmentCount()).isGreaterThan(200);
        assertThat(counting.bytesRead).isLessThan(5000);
        assertThat(counting.opened).isLessThan(16);
        recovered.log().close();
    }

    private PartitionLog filled(int records, int segmentBytes) throws IOException {
        PartitionLog log = open(disk, directory, small(segmentBytes), 0).log();
        for (int number = 0; number < records; number++) {
            log.append(batch(10L * number, "value " + number), 0, 10L * number);
        }
        log.flush();
        return log;
    }

    private static List<String> expected(int from, int to) {
        List<String> expected = new ArrayList<>();
        for (int number = from; number < to; number++) expected.add(number + "=value " + number);
        return expected;
    }

    private static long offsetSince(PartitionLog log, long timestampMs, long upToOffset) throws IOException {
        TimedRecord found = log.firstSince(timestampMs, upToOffset);
        return found == null ? upToOffset : found.offset();
    }
}
