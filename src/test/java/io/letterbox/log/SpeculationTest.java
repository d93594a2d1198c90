package io.letterbox.log;

import static io.letterbox.log.TestLogs.batch;
import static io.letterbox.log.TestLogs.open;
import static io.letterbox.log.TestLogs.small;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.disk.Disk;
import io.letterbox.disk.FileDisk;
import io.letterbox.disk.LogFile;
import io.letterbox.record.AbortedTransaction;
import io.letterbox.record.BatchBuilder;
import io.letterbox.record.RecordBatch;
import io.letterbox.record.TransactionMarker;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log of which not everything is safe, and that is cut back to what is. */
class SpeculationTest {
    private static final short EPOCH = 0;

    private final Disk disk = new FileDisk();

    @TempDir
    Path temp;

    private Path directory;

    @BeforeEach
    void nameDirectory() {
        directory = temp.resolve("topics/a/0");
    }

    @Test
    void whatIsSafeIsNotCut() throws IOException {
        try (PartitionLog log = open(disk, directory, small(1 << 20), 0).log()) {
            for (int offset = 0; offset < 4; offset++) log.append(batch(1, "value"), 0, 0);
            log.committed(3);
            assertThatThrownBy(() -> log.truncateTo(2)).hasMessageContaining("2 is below 3");
            log.truncateTo(3);
            assertThatThrownBy(() -> log.truncateTo(2)).hasMessageContaining("2 is below 3");
            assertThat(log.logEndOffset()).isEqualTo(3);
        }
    }

    @Test
    void aRecoveryPointIsNotAboveWhatIsSafe() throws IOException {
        try (PartitionLog log = open(disk, directory, small(1 << 20), 0).log()) {
            for (int offset = 0; offset < 4; offset++) log.append(batch(1, "value"), 0, 0);
            log.committed(3);
            log.startCheckpoint(true).force();
            assertThat(log.endCheckpoint()).isEqualTo(3);
            log.committed(4);
            log.startCheckpoint(true).force();
            assertThat(log.endCheckpoint()).isEqualTo(4);
        }
    }

    @Test
    void timesOfWhatWasCutAreNotTakenForThoseOfWhatFollows() throws IOException {
        try (PartitionLog log = open(disk, directory, small(1 << 20), 0).log()) {
            for (int offset = 0; offset < 40; offset++) log.append(batch(1000 + offset, "value"), 0, 0);
            log.startCheckpoint(true).force();
            log.endCheckpoint();
            log.truncateTo(10);
            for (int offset = 10; offset < 40; offset++) log.append(batch(5000 + offset, "value"), 0, 0);
            log.truncateTo(30);
            assertThat(log.firstSince(2000, 30).offset()).isEqualTo(10);
            assertThat(log.newest(30).timestampMs()).isEqualTo(5029);
        }
    }

    @Test
    void aCutSegmentIsAsOldAsItWas() throws IOException {
        LogConfig usual = small(1 << 20);
        LogConfig rolling = new LogConfig(
                usual.segmentBytes(),
                1000,
                usual.retentionMs(),
                usual.retentionBytes(),
                usual.indexIntervalBytes(),
                usual.compact(),
                usual.delete(),
                usual.minCompactionLagMs(),
                usual.maxCompactionLagMs(),
                usual.deleteRetentionMs(),
                usual.minCleanableDirtyRatio(),
                usual.producers());
        try (PartitionLog log = open(disk, directory, rolling, 0).log()) {
            log.append(batch(1, "first"), 0, 0);
            log.append(batch(1, "second"), 0, 900);
            log.truncateTo(1);
            log.append(batch(1, "third"), 0, 1001);
            assertThat(log.segmentCount()).isEqualTo(2);
        }
    }

    @Test
    void producersAreKnownAfterACutThoughTheirRecordsAreDeleted() throws IOException {
        try (PartitionLog log = open(disk, directory, small(2000), 0).log()) {
            log.append(data(1, 0, false), 0, 0);
            int next = 0;
            while (log.segmentCount() < 3) log.append(data(2, next++, false), 0, 0);
            log.flush();
            long safe = log.logEndOffset();
            log.committed(safe);
            log.deleteRecordsBefore(log.segments().get(2).baseOffset());
            assertThat(log.logStartOffset()).isGreaterThan(1);
            int sequence = next;
            for (int segments = log.segmentCount() + 4; log.segmentCount() < segments; log.flush()) {
                log.append(data(2, next++, false), 0, 0);
            }
            log.truncateTo(safe);
            assertThat(log.producers().get(1)).isNotNull();
            assertThat(log.producers().get(2).lastSequence()).isEqualTo(sequence - 1);
        }
    }

    @Test
    void producersAreKnownAfterACutWhereTheHighWatermarkWasWhenItRolled() throws IOException {
        try (PartitionLog log = open(disk, directory, small(2000), 0).log()) {
            log.committed(0);
            log.append(data(1, 0, false), 0, 0);
            int next = 0;
            while (log.segmentCount() < 5) log.append(data(2, next++, false), 0, 0);
            long safe = log.segments().get(3).baseOffset();
            log.committed(safe);
            log.deleteRecordsBefore(safe);
            log.truncateTo(safe);
            assertThat(log.producers().get(1)).isNotNull();
            assertThat(log.producers().get(2).lastSequence()).isEqualTo((int) safe - 2);
        }
    }

    @Test
    void aMarkerThatIsNotSafeDecidesNothingAfterACutBehindIt() throws IOException {
        try (PartitionLog log = open(disk, directory, small(1 << 20), 0).log()) {
            log.committed(0);
            log.append(data(1, 0, true), 0, 0);
            log.committed(1);
            log.append(marker(1), 0, 0);
            log.append(batch(1, "behind"), 0, 0);
            log.append(batch(1, "to be cut"), 0, 0);
            log.truncateTo(3);
            assertThat(log.producers().stableOffset(1)).isZero();
            assertThat(log.producers().stableOffset(3)).isEqualTo(3);
        }
    }

    @Test
    void readersKnowAtEveryMomentOfACutWhatWasAborted() throws IOException {
        WatchedDisk watched = new WatchedDisk(disk);
        try (PartitionLog log = open(watched, directory, small(1 << 20), 0).log()) {
            log.append(data(1, 0, true), 0, 0);
            log.append(marker(1), 0, 0);
            log.append(batch(1, "safe"), 0, 0);
            log.committed(3);
            for (int offset = 3; offset < 9; offset++) log.append(batch(1, "to be cut"), 0, 0);
            watched.look = () -> assertThat(log.aborted().between(0, 3)).containsExactly(new AbortedTransaction(1, 0));
            log.truncateTo(3);
            assertThat(watched.looks).isPositive();
            watched.look.run();
            watched.look = null;
        }
    }

    private interface Look {
        void run() throws IOException;
    }

    /** Lets a reader look before each operation. */
    private static final class WatchedDisk extends ForwardingDisk {
        private Look look;
        private int looks;
        private boolean looking;

        WatchedDisk(Disk disk) {
            super(disk);
        }

        private void look() throws IOException {
            if (look == null || looking) return;
            looking = true;
            look.run();
            looking = false;
            looks++;
        }

        @Override
        public LogFile open(Path path) throws IOException {
            look();
            return super.open(path);
        }

        @Override
        public LogFile create(Path path) throws IOException {
            look();
            return super.create(path);
        }

        @Override
        public void delete(Path path) throws IOException {
            look();
            super.delete(path);
        }

        @Override
        public OpenDirectory openDirectory(Path path) throws IOException {
            look();
            return super.openDirectory(path);
        }
    }

    private static ByteBuffer data(long producer, int sequence, boolean transactional) {
        byte[] value = "x".repeat(60).getBytes(StandardCharsets.UTF_8);
        BatchBuilder builder = new BatchBuilder(100);
        builder.append(1, value, value, List.of());
        builder.producer(producer, EPOCH, sequence);
        if (transactional) builder.flags(RecordBatch.TRANSACTIONAL);
        return builder.build();
    }

    private static ByteBuffer marker(long producer) {
        return new TransactionMarker(false, 0).batch(producer, EPOCH, 1);
    }
}
