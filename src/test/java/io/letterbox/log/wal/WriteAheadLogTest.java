package io.letterbox.log.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.disk.DataLayout;
import io.letterbox.disk.Disk;
import io.letterbox.disk.FileDisk;
import io.letterbox.log.PartitionMetadataFile;
import io.letterbox.log.TestLogs;
import io.letterbox.log.sim.SimDisk;
import io.letterbox.record.RecordCursor;
import io.letterbox.record.TopicIdPartition;
import io.letterbox.record.TopicPartition;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WriteAheadLogTest {
    private static final TopicPartition P0 = new TopicPartition("quakes", 0);
    private static final TopicPartition P1 = new TopicPartition("quakes", 1);
    private static final UUID TOPIC = new UUID(7, 8);
    private static final int FILE_BYTES = 8 * Disk.BLOCK_BYTES;
    private static final long TIME_MS = 1_700_000_000_000L;

    @TempDir
    Path temp;

    private final Disk disk = new FileDisk();

    @Test
    void givesBackWhatWasWrittenInItsOrder() throws IOException {
        WriteAheadLog wal = wal();
        assertThat(wal.write(TIME_MS, List.of(entry(P0, "a", "b"), entry(P1, "x"))))
                .isTrue();
        assertThat(wal.write(TIME_MS, List.of(entry(P0, "c")))).isTrue();
        wal.close();
        RecoveredWal remains = remains();
        assertThat(values(remains, P0)).containsExactly("a", "b", "c");
        assertThat(values(remains, P1)).containsExactly("x");
        assertThat(remains.holds(new TopicIdPartition(TOPIC, 1))).isTrue();
        assertThat(remains.holds(new TopicIdPartition(new UUID(1, 1), 1)))
                .as("another incarnation")
                .isFalse();
        assertThat(remains.holds(new TopicIdPartition(TOPIC, 2))).isFalse();
        assertThat(remains.defects()).isEmpty();
    }

    @Test
    void goesFromFileToFileAndForgetsOnlyTheOlderOne() throws IOException {
        WriteAheadLog wal = wal();
        int written = 0;
        for (int turn = 0; turn < 5; turn++) {
            while (wal.write(TIME_MS, List.of(entry(P0, "v" + written)))) written++;
            assertThat(wal.room(1, 100)).isEqualTo(WriteAheadLog.Room.AFTER_SWITCH);
            wal.switchFiles();
            assertThat(wal.room(1, 100)).isEqualTo(WriteAheadLog.Room.HERE);
        }
        wal.close();
        int perFile = FILE_BYTES / Disk.BLOCK_BYTES - 1;
        assertThat(written).isEqualTo(5 * perFile);
        List<String> kept = new ArrayList<>();
        for (int number = 3 * perFile; number < written; number++) kept.add("v" + number);
        assertThat(values(remains(), P0)).isEqualTo(kept);
        try (var files = Files.list(temp)) {
            assertThat(files).hasSize(2).allMatch(file -> file.toFile().length() == FILE_BYTES);
        }
    }

    @Test
    void continuesTheOrderOfAnEarlierProcess() throws IOException {
        for (String value : List.of("first", "second", "third")) {
            WriteAheadLog wal = wal();
            wal.write(TIME_MS, List.of(entry(P0, value)));
            wal.close();
        }
        assertThat(values(remains(), P0)).containsExactly("first", "second", "third");
    }

    @Test
    void refusesWhatIsTooLarge() throws IOException {
        WriteAheadLog wal = wal();
        assertThat(wal.room(1, FILE_BYTES)).isEqualTo(WriteAheadLog.Room.NOWHERE);
        assertThat(wal.write(TIME_MS, List.of(entry(P0, "x".repeat(FILE_BYTES)))))
                .isFalse();
        WriteAheadLog large = new WriteAheadLog(WalDirectory.open(disk, temp), 1 << 30);
        int perLog = WriteAheadLog.MAX_FRAME_BYTES_PER_LOG;
        assertThat(large.room(1, perLog)).isEqualTo(WriteAheadLog.Room.NOWHERE);
        assertThat(large.room(1, perLog - 4096)).isEqualTo(WriteAheadLog.Room.HERE);
        assertThat(large.room(2, perLog)).isEqualTo(WriteAheadLog.Room.HERE);
        assertThat(large.room(2, 2 * perLog)).isEqualTo(WriteAheadLog.Room.NOWHERE);
        assertThat(large.room(9, WriteAheadLog.MAX_FRAME_BYTES)).isEqualTo(WriteAheadLog.Room.NOWHERE);
        assertThat(large.room(9, WriteAheadLog.MAX_FRAME_BYTES - 4096)).isEqualTo(WriteAheadLog.Room.HERE);
        assertThat(temp).isEmptyDirectory();
    }

    @Test
    void givesBackALargeGroupOfManyLogs() throws IOException {
        String large = "x".repeat(500_000);
        WriteAheadLog wal = new WriteAheadLog(WalDirectory.open(disk, temp), 64 << 20);
        assertThat(wal.write(TIME_MS, List.of(entry(P0, "a")))).isTrue();
        assertThat(wal.write(TIME_MS, List.of(entry(P0, large, large), entry(P1, large, large, "b"))))
                .isTrue();
        assertThat(wal.write(TIME_MS, List.of(entry(P1, "c")))).isTrue();
        wal.close();
        assertThat(values(remains(), P0)).containsExactly("a", large, large);
        assertThat(values(remains(), P1)).containsExactly(large, large, "b", "c");
    }

    @Test
    void hasNoRoomOnAFullDisk() throws IOException {
        SimDisk full = new SimDisk(1);
        full.capacity(FILE_BYTES / 2);
        WriteAheadLog wal = new WriteAheadLog(WalDirectory.open(full, Path.of("/wal")), FILE_BYTES);
        assertThat(wal.write(TIME_MS, List.of(entry(P0, "a")))).isFalse();
        full.capacity(Long.MAX_VALUE);
        assertThat(wal.write(TIME_MS, List.of(entry(P0, "b")))).isTrue();
    }

    @Test
    void readsOnBehindAFrameThatWasDamagedAndSaysSo() throws IOException {
        writeThree();
        overwrite(2 * Disk.BLOCK_BYTES + 80, 'B');
        RecoveredWal remains = remains();
        assertThat(values(remains, P0)).containsExactly("a", "c");
        assertThat(remains.defects())
                .singleElement()
                .asString()
                .contains(".wal is damaged from byte " + 2 * Disk.BLOCK_BYTES + " to byte " + 3 * Disk.BLOCK_BYTES);
    }

    @Test
    void takesADamagedLastFrameForOneThatACrashTore() throws IOException {
        writeThree();
        overwrite(3 * Disk.BLOCK_BYTES + 80, 'C');
        assertThat(values(remains(), P0)).containsExactly("a", "b");
        assertThat(remains().defects()).isEmpty();
    }

    @Test
    void saysWhenAGroupWasWritten() throws IOException {
        WriteAheadLog wal = wal();
        wal.write(TIME_MS, List.of(entry(P0, "a")));
        wal.write(TIME_MS + 5, List.of(entry(P0, "b"), entry(P1, "x")));
        wal.close();
        assertThat(times(remains(), P0)).containsExactly(TIME_MS, TIME_MS + 5);
        assertThat(times(remains(), P1)).containsExactly(TIME_MS + 5);
    }

    /** Written by the version before times were in it: two groups of two partitions, and a third one. */
    @Test
    void readsFilesOfTheFormatWithoutATime() throws IOException {
        try (InputStream file = WriteAheadLogTest.class.getResourceAsStream("format-1.wal")) {
            Files.write(temp.resolve("000000000000000001.wal"), file.readAllBytes());
        }
        RecoveredWal remains = remains();
        assertThat(remains.defects()).isEmpty();
        assertThat(values(remains, P0)).containsExactly("a", "b", "c");
        assertThat(values(remains, P1)).containsExactly("x");
        assertThat(times(remains, P0)).containsExactly(-1L, -1L);
        // What follows has higher numbers, so that it comes behind.
        WriteAheadLog wal = wal();
        wal.write(TIME_MS, List.of(entry(P0, "d")));
        wal.close();
        assertThat(values(remains(), P0)).containsExactly("a", "b", "c", "d");
        assertThat(times(remains(), P0)).containsExactly(-1L, -1L, TIME_MS);
    }

    @Test
    void refusesFilesOfAnotherVersion() throws IOException {
        WriteAheadLog wal = wal();
        wal.write(TIME_MS, List.of(entry(P0, "a")));
        wal.close();
        rewrite(0, 5);
        assertThatThrownBy(this::remains).isInstanceOf(IOException.class).hasMessageContaining("format 5");
    }

    @Test
    void readsFramesWhoseChecksumCoversLargeBatchesToo() throws IOException {
        String large = "x".repeat(5000);
        try (WriteAheadLog wal = wal()) {
            wal.write(TIME_MS, List.of(entry(P0, large, "a")));
        }
        rewrite(Disk.BLOCK_BYTES, 3);
        assertThat(values(remains(), P0)).containsExactly(large, "a");
    }

    @Test
    void nobodyNeedsWhatWasWrittenForAPartitionThatWasDropped() throws IOException {
        TopicIdPartition dropped = new TopicIdPartition(TOPIC, 0);
        WriteAheadLog wal = wal();
        wal.write(TIME_MS, List.of(entry(P0, "a")));
        assertThat(wal.writeDrops(TIME_MS, Map.of(dropped, P0))).isTrue();
        wal.close();
        RecoveredWal remains = remains();
        assertThat(remains.isDropped(dropped)).isTrue();
        assertThat(remains.isDropped(new TopicIdPartition(TOPIC, 1))).isFalse();
        assertThat(values(remains, P0)).containsExactly("a");
        Files.createDirectories(new DataLayout(temp).shard(0).resolve(dropped.toString()));
        assertThat(remains().clear(new DataLayout(temp), Set.of(TOPIC), Set.of()))
                .as("the metadata have it, whatever the drop says")
                .hasSize(1);
        assertThat(remains().clear(new DataLayout(temp), Set.of(), Set.of())).isEmpty();
    }

    @Test
    void writesDownThatVeryManyAreDropped() throws IOException {
        Map<TopicIdPartition, TopicPartition> many = new HashMap<>();
        for (int p = 0; p < 2500; p++) many.put(new TopicIdPartition(TOPIC, p), new TopicPartition("quakes", p));
        assertThat(wal().writeDrops(TIME_MS, many)).as("the file is too small").isFalse();
        WriteAheadLog wal = new WriteAheadLog(WalDirectory.open(disk, temp), 4 << 20);
        assertThat(wal.writeDrops(TIME_MS, many)).isTrue();
        wal.close();
        RecoveredWal remains = remains();
        assertThat(many.keySet()).allMatch(remains::isDropped);
    }

    @Test
    void keepsAFileForAsLongAsSomebodyNeedsIt() throws IOException {
        WriteAheadLog wal = wal();
        wal.write(TIME_MS, List.of(entry(P0, "a"), entry(P1, "b")));
        wal.close();
        RecoveredWal remains = remains();
        remains.restored(new TopicIdPartition(TOPIC, 0));
        assertThat(remains.clear(new DataLayout(temp), Set.of(TOPIC), Set.of()))
                .containsExactly(new RecoveredWal.KeptFile(file(), P1));
        assertThat(file()).exists();
        assertThat(remains.clear(new DataLayout(temp), Set.of(), Set.of(TOPIC))).isEmpty();
        assertThat(temp).isEmptyDirectory();
    }

    @Test
    void tellsTopicsThatWereDeletedFromLostMetadata() throws IOException {
        WriteAheadLog wal = wal();
        wal.write(TIME_MS, List.of(entry(P1, "b")));
        wal.close();
        Path written = file();
        UUID again = new UUID(1, 1);
        DataLayout layout = new DataLayout(temp);
        Path directory =
                Files.createDirectories(layout.topics().resolve("quakes").resolve("1"));
        assertThat(remains().clear(layout, Set.of(), Set.of()))
                .as("the metadata does not know the topic, whose directory is there")
                .hasSize(1);
        PartitionMetadataFile.write(disk, directory, TOPIC, "quakes");
        assertThat(remains().clear(layout, Set.of(again), Set.of()))
                .as("the metadata knows another topic, and the directory is still the old one's")
                .hasSize(1);
        assertThat(written).exists();
        PartitionMetadataFile.write(disk, directory, again, "quakes");
        Path kept = Files.createDirectories(layout.shard(3).resolve(new TopicIdPartition(TOPIC, 1).toString()));
        assertThat(remains().clear(layout, Set.of(again), Set.of()))
                .as("it is the directory of a shard")
                .hasSize(1);
        Files.delete(kept);
        assertThat(remains().clear(layout, Set.of(again), Set.of())).isEmpty();
        assertThat(written).doesNotExist();
    }

    @Test
    void leavesNothingAfterACleanStop() throws IOException {
        WriteAheadLog wal = wal();
        wal.write(TIME_MS, List.of(entry(P0, "a")));
        wal.switchFiles();
        wal.write(TIME_MS, List.of(entry(P0, "b")));
        wal.discard();
        assertThat(temp).isEmptyDirectory();
    }

    private void writeThree() throws IOException {
        WriteAheadLog wal = wal();
        for (String value : List.of("a", "b", "c")) wal.write(TIME_MS, List.of(entry(P0, value)));
        wal.close();
    }

    private WriteAheadLog wal() throws IOException {
        return new WriteAheadLog(WalDirectory.open(disk, temp), FILE_BYTES);
    }

    private RecoveredWal remains() throws IOException {
        return WalDirectory.open(disk, temp).recovered();
    }

    private Path file() throws IOException {
        try (var files = Files.list(temp)) {
            return files.findFirst().orElseThrow();
        }
    }

    /** Makes a frame one of another version, with a checksum over all of it. */
    private void rewrite(int position, int version) throws IOException {
        byte[] content = Files.readAllBytes(file());
        ByteBuffer frame =
                ByteBuffer.wrap(content, position, content.length - position).slice();
        frame.putInt(8, version);
        CRC32C crc = new CRC32C();
        crc.update(content, position + 8, frame.getInt(0) - 8);
        frame.putInt(4, (int) crc.getValue());
        Files.write(file(), content);
    }

    private void overwrite(int position, int with) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(file().toFile(), "rw")) {
            file.seek(position);
            file.write(with);
        }
    }

    private static WalEntry entry(TopicPartition partition, String... values) {
        List<ByteBuffer> batches = new ArrayList<>();
        int size = 0;
        for (String value : values) {
            batches.add(TestLogs.batch(1, value));
            size += batches.get(batches.size() - 1).remaining();
        }
        return new WalEntry(partition, TOPIC, 0, values.length, batches, size);
    }

    private static List<Long> times(RecoveredWal remains, TopicPartition partition) throws IOException {
        List<Long> times = new ArrayList<>();
        remains.forEach(
                new TopicIdPartition(TOPIC, partition.partition()),
                (file, position, timeMs, batches) -> times.add(timeMs));
        return times;
    }

    private static List<String> values(RecoveredWal remains, TopicPartition partition) throws IOException {
        List<String> values = new ArrayList<>();
        remains.forEach(new TopicIdPartition(TOPIC, partition.partition()), (file, position, timeMs, batches) -> {
            try (RecordCursor records = new RecordCursor(batches, 0)) {
                while (records.next()) values.add(new String(records.value(), StandardCharsets.UTF_8));
            }
        });
        return values;
    }
}
