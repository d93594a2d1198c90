package io.letterbox.log.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.disk.DataLayout;
import io.letterbox.disk.Disk;
import io.letterbox.disk.FileDisk;
import io.letterbox.log.CheckpointFile;
import io.letterbox.log.CleanShutdown;
import io.letterbox.log.CompactedLog;
import io.letterbox.log.LogConfig;
import io.letterbox.log.RecoveryPoints;
import io.letterbox.log.SegmentFiles;
import io.letterbox.log.inspect.LogInspector.Finding;
import io.letterbox.log.inspect.LogInspector.Severity;
import io.letterbox.record.RecordBatch;
import io.letterbox.record.RecordCursor;
import io.letterbox.record.TopicIdPartition;
import io.letterbox.record.TopicPartition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogInspectorTest {
    @TempDir
    Path dataDirectory;

    private final Disk disk = new FileDisk();
    private final LogInspector inspector = new LogInspector(disk);
    private final List<Finding> findings = new ArrayList<>();
    private Path partition;

    /** Two closed segments of ten batches each, an active one of one. */
    @BeforeEach
    void write() throws IOException {
        partition = directory(0);
        try (CompactedLog log = new CompactedLog(disk, partition, LogConfig.defaults())) {
            for (int segment = 0; segment < 2; segment++) {
                for (int i = 0; i < 10; i++) {
                    log.nowMs++;
                    log.append("k" + i + "=" + "v".repeat(600), "l" + i + "=-");
                }
                log.roll();
            }
            log.append("last=1");
        }
    }

    private Path directory(int number) {
        return new DataLayout(dataDirectory).shard(1).resolve(id(number).toString());
    }

    private static TopicIdPartition id(int number) {
        return new TopicIdPartition(new UUID(1, 2), number);
    }

    @Test
    void aSoundLogIsSound() throws IOException {
        LogInspector.Summary summary = verify(dataDirectory);
        assertThat(findings).isEmpty();
        assertThat(summary.isUndamaged()).isTrue();
        assertThat(summary.partitions()).isEqualTo(1);
        assertThat(summary.segments()).isEqualTo(3);
        assertThat(summary.batches()).isEqualTo(21);
        assertThat(summary.records()).isEqualTo(41);
        assertThat(summary.bytes()).isEqualTo(logBytes());
    }

    @Test
    void aPartitionIsFoundFromEveryLevel() throws IOException {
        Files.createDirectories(dataDirectory.resolve("meta"));
        Files.writeString(partition.resolveSibling("note"), "x");
        for (Path path : List.of(dataDirectory, dataDirectory.resolve("shards"), partition.getParent(), partition)) {
            assertThat(inspector.partitions(path)).containsExactly(partition);
        }
        Path before = dataDirectory.resolve("topics").resolve("t").resolve("0");
        Files.createDirectories(before.getParent());
        Files.move(partition, before);
        for (Path path : List.of(dataDirectory, dataDirectory.resolve("topics"), before.getParent(), before)) {
            assertThat(inspector.partitions(path))
                    .as("as versions before had it")
                    .containsExactly(before);
        }
        assertThat(inspector.name(before)).isEqualTo(new TopicPartition("t", 0));
        assertThat(inspector.partitions(dataDirectory.resolve("meta"))).isEmpty();
        assertThat(inspector.partitions(dataDirectory.resolve("no"))).isEmpty();
    }

    @Test
    void everyFlippedBitOfAClosedSegmentIsFound() throws IOException {
        for (String name :
                List.of("00000000000000000000.log", "00000000000000000000.index", "00000000000000000000.timeindex")) {
            Path file = partition.resolve(name);
            byte[] good = Files.readAllBytes(file);
            assertThat(good).isNotEmpty();
            for (int at = 0; at < good.length; at += 7) {
                // The leader epoch lies outside the checksum, as Kafka's format has it.
                if (name.endsWith(".log") && isLeaderEpoch(good, at)) continue;
                byte[] bad = good.clone();
                bad[at] ^= 4;
                Files.write(file, bad);
                assertThat(verify(dataDirectory).isUndamaged())
                        .as(name + " byte " + at)
                        .isFalse();
                assertThat(findings).isNotEmpty().allMatch(finding -> finding.severity() == Severity.DAMAGE);
                assertThat(findings.get(0).file()).isEqualTo(file);
                assertThat(Files.readAllBytes(file)).isEqualTo(bad);
            }
            Files.write(file, good);
        }
    }

    @Test
    void aDamagedSnapshotIsNoDamageToTheLog() throws IOException {
        String snapshot = new FileDisk()
                .list(partition).stream()
                        .filter(name -> name.endsWith(".snapshot"))
                        .findFirst()
                        .orElseThrow();
        Path file = partition.resolve(snapshot);
        byte[] bytes = Files.readAllBytes(file);
        bytes[5] ^= 1;
        Files.write(file, bytes);
        assertThat(verify(dataDirectory).isUndamaged()).isTrue();
        assertThat(findings).singleElement().satisfies(finding -> {
            assertThat(finding.file()).isEqualTo(file);
            assertThat(finding.severity()).isEqualTo(Severity.NOTE);
        });
    }

    @Test
    void whatIsNoAbortedTransactionOfTheSegmentIsFound() throws IOException {
        Path file = partition.resolve("00000000000000000000.txnindex");
        ByteBuffer entries = ByteBuffer.allocate(68);
        entries.putShort((short) 0).putLong(1).putLong(2).putLong(7).putLong(8);
        entries.putShort((short) 0).putLong(1).putLong(9).putLong(20).putLong(21);
        Files.write(file, entries.array());
        assertThat(verify(dataDirectory).isUndamaged()).isFalse();
        assertThat(findings).singleElement().satisfies(finding -> {
            assertThat(finding.file()).isEqualTo(file);
            assertThat(finding.position()).isEqualTo(34);
        });
    }

    @Test
    void aFindingSaysWhere() throws IOException {
        Path file = partition.resolve("00000000000000000020.log");
        byte[] bytes = Files.readAllBytes(file);
        int batch = bytes.length / 10;
        bytes[3 * batch + 100] ^= 1;
        Files.write(file, bytes);
        verify(partition);
        assertThat(findings).singleElement().satisfies(finding -> {
            assertThat(finding.position()).isEqualTo(3L * batch);
            assertThat(finding.offset()).isEqualTo(26);
            assertThat(finding.what()).contains("checksum").contains((7 * batch) + " bytes");
        });
    }

    @Test
    void aTornEndIsANoteUnlessItWasDurable() throws IOException {
        Path file = partition.resolve("00000000000000000040.log");
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 3));
        assertThat(verify(dataDirectory).isUndamaged()).isTrue();
        assertThat(findings).singleElement().satisfies(finding -> {
            assertThat(finding.severity()).isEqualTo(Severity.NOTE);
            assertThat(finding.what()).contains("torn end");
        });
        durable(Map.of(id(0), 41L));
        assertThat(verify(dataDirectory).isUndamaged()).isFalse();
    }

    @Test
    void aMissingSegmentIsDamage() throws IOException {
        Files.delete(partition.resolve("00000000000000000020.log"));
        assertThat(verify(dataDirectory).isUndamaged()).isFalse();
        assertThat(findings).singleElement().satisfies(finding -> assertThat(finding.what())
                .contains("20 to 39 are missing"));
    }

    @Test
    void whatCompactionHasNotFinishedIsANote() throws IOException {
        Files.write(partition.resolve("00000000000000000000.cleaned"), new byte[7]);
        assertThat(verify(dataDirectory).isUndamaged()).isTrue();
        assertThat(findings).singleElement().satisfies(finding -> assertThat(finding.what())
                .contains("the next start deletes it"));
    }

    /** Two segments were being replaced by one, and the first of them has been deleted already. */
    @Test
    void aReplacementStandsForTheSegmentsThatItReplaces() throws IOException {
        String swap = "00000000000000000000-00000000000000000040.swap";
        Files.move(partition.resolve("00000000000000000000.log"), partition.resolve(swap));
        CheckpointFile.writeOne(disk, partition.resolve(SegmentFiles.COMPACTED_UP_TO), 40);
        LogInspector.Summary summary = verify(dataDirectory);
        assertThat(summary.isUndamaged()).isTrue();
        assertThat(summary.segments()).isEqualTo(2);
        assertThat(summary.batches()).isEqualTo(11);
        assertThat(findings).singleElement().satisfies(finding -> {
            assertThat(finding.severity()).isEqualTo(Severity.NOTE);
            assertThat(finding.file()).isEqualTo(partition.resolve(swap));
        });
    }

    @Test
    void anythingThatIsTornAfterACleanStopIsDamage() throws IOException {
        durable(Map.of(id(0), 41L));
        Path file = partition.resolve("00000000000000000040.log");
        Files.write(file, new byte[5], StandardOpenOption.APPEND);
        assertThat(verify(dataDirectory).isUndamaged()).isTrue();
        assertThat(findings).hasSize(1);
        CleanShutdown.mark(disk, new DataLayout(dataDirectory).cleanShutdown());
        assertThat(verify(dataDirectory).isUndamaged()).isFalse();
        assertThat(findings).hasSize(1);
    }

    @Test
    void aDumpHandsOutEveryRecordFromAnOffsetOn() throws IOException {
        List<String> records = new ArrayList<>();
        List<Long> batches = new ArrayList<>();
        inspector.dump(partition, 37, new LogInspector.Dump() {
            @Override
            public void batch(Path file, long position, RecordBatch batch) {
                batches.add(batch.baseOffset());
            }

            @Override
            public void record(Path partition, RecordCursor record) {
                records.add(record.offset() + " " + new String(record.key(), StandardCharsets.UTF_8));
            }
        });
        assertThat(batches).containsExactly(36L, 38L, 40L);
        assertThat(records).containsExactly("37 l8", "38 k9", "39 l9", "40 last");
    }

    @Test
    void progressReachesTheEndOfEveryFile() throws IOException {
        List<Path> finished = new ArrayList<>();
        inspector.verify(partition, new LogInspector.Listener() {
            @Override
            public void progress(Path file, long bytesDone, long bytesTotal) {
                if (bytesDone == bytesTotal) finished.add(file.getFileName());
            }
        });
        assertThat(finished).hasSize(3).doesNotHaveDuplicates();
    }

    @Test
    void aLogThatEndsBelowItsRecoveryPointIsDamaged() throws IOException {
        durable(Map.of(id(0), 42L));
        assertThat(verify(dataDirectory).isUndamaged()).isFalse();
        assertThat(findings).singleElement().satisfies(finding -> {
            assertThat(finding.file()).isEqualTo(partition);
            assertThat(finding.offset()).isEqualTo(41);
        });
    }

    @Test
    void aPartitionWithoutSegmentsIsDamagedWhereItHadRecords() throws IOException {
        durable(Map.of(id(1), 5L, id(2), 0L, id(3), 5L));
        for (int number = 1; number <= 2; number++) Files.createDirectory(directory(number));
        assertThat(verify(partition).isUndamaged()).isTrue();
        assertThat(verify(dataDirectory).isUndamaged()).isFalse();
        assertThat(findings).singleElement().satisfies(finding -> assertThat(finding.file())
                .isEqualTo(directory(1)));
    }

    /** A line is appended to a log file, as a stray process might do. */
    @Test
    void whatIsNoBatchIsFound() throws IOException {
        Path file = partition.resolve("00000000000000000000.log");
        Files.write(file, new byte[200], StandardOpenOption.APPEND);
        assertThat(verify(dataDirectory).isUndamaged()).isFalse();
    }

    private void durable(Map<TopicIdPartition, Long> points) throws IOException {
        Path meta = Files.createDirectories(dataDirectory.resolve("meta"));
        RecoveryPoints.write(disk, meta.resolve("recovery-points"), points);
    }

    private LogInspector.Summary verify(Path path) throws IOException {
        findings.clear();
        return inspector.verify(path, new LogInspector.Listener() {
            @Override
            public void finding(Finding finding) {
                findings.add(finding);
            }
        });
    }

    private static boolean isLeaderEpoch(byte[] log, int at) {
        int batchBytes = log.length / 10;
        int within = at % batchBytes;
        return within >= 12 && within < 16;
    }

    private long logBytes() throws IOException {
        long sum = 0;
        try (Stream<Path> files = Files.list(partition)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                if (file.toString().endsWith(".log")) sum += Files.size(file);
            }
        }
        return sum;
    }
}
