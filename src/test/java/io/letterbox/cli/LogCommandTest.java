package io.letterbox.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.disk.FileDisk;
import io.letterbox.log.PartitionMetadataFile;
import io.letterbox.log.RecoveryPoints;
import io.letterbox.record.BatchBuilder;
import io.letterbox.record.RecordBatch;
import io.letterbox.record.RecordHeader;
import io.letterbox.record.TopicIdPartition;
import io.letterbox.record.TopicPartition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogCommandTest {
    private static final long TIMESTAMP_MS = 1_767_182_400_000L;

    private static final TopicIdPartition ID = new TopicIdPartition(new UUID(1, 2), 3);

    private final Screen screen = new Screen();

    @TempDir
    Path data;

    private Path segment;

    @BeforeEach
    void write() throws IOException {
        Path partition = Files.createDirectories(data.resolve("shards/1/" + ID));
        PartitionMetadataFile.write(new FileDisk(), partition, ID.topicId(), "quakes");
        segment = partition.resolve("00000000000000000000.log");
        BatchBuilder builder = new BatchBuilder(256);
        builder.append(TIMESTAMP_MS, bytes("k"), bytes("line\n\"one\""), List.of(new RecordHeader("h", bytes("v"))));
        builder.append(TIMESTAMP_MS, null, new byte[] {(byte) 0xff}, List.of());
        builder.append(TIMESTAMP_MS, bytes("gone"), null, List.of());
        ByteBuffer batch = builder.build();
        RecordBatch.of(batch).assign(0, 7);
        Files.write(segment, java.util.Arrays.copyOf(batch.array(), batch.limit()));
    }

    @Test
    void aSoundLogIsVerified() {
        assertThat(log("verify", data.toString())).isEqualTo(ExitCode.OK);
        assertThat(screen.out()).contains("1 partition, 1 segment, ", "3 records\nsound\n");
    }

    @Test
    void theResultCanBeRead() {
        assertThat(log("verify", "--json", segment.getParent().toString())).isEqualTo(ExitCode.OK);
        assertThat(screen.out())
                .startsWith("{\"sound\":true,\"partitions\":1,\"segments\":1,")
                .endsWith("\"damages\":0}\n");
    }

    @Test
    void aFlippedBitBelowTheRecoveryPointIsDamage() throws IOException {
        flipLastByte();
        Files.createDirectories(data.resolve("meta"));
        RecoveryPoints.write(new FileDisk(), data.resolve("meta/recovery-points"), Map.of(ID, 3L));

        assertThat(log("verify", data.toString())).isEqualTo(ExitCode.DAMAGED);
        assertThat(screen.err()).contains("damage: " + segment);
        assertThat(screen.out()).contains("1 damage");
        assertThat(log("dump", data.toString())).isEqualTo(ExitCode.DAMAGED);
    }

    @Test
    void aTornEndIsNoDamage() throws IOException {
        flipLastByte();

        assertThat(log("verify", data.toString())).isEqualTo(ExitCode.OK);
        assertThat(screen.err()).contains("note: " + segment);
        assertThat(screen.out()).contains("0 records\nsound, with 1 note\n");
    }

    private void flipLastByte() throws IOException {
        byte[] bytes = Files.readAllBytes(segment);
        bytes[bytes.length - 1] ^= 1;
        Files.write(segment, bytes);
    }

    @Test
    void recordsArePrintedForAPerson() {
        assertThat(log("dump", data.toString())).isEqualTo(ExitCode.OK);
        assertThat(screen.out().lines())
                .containsExactly(
                        segment + " byte 0: offsets 0 to 2, 3 records, "
                                + segment.toFile().length() + " bytes, epoch 7",
                        "  0 2025-12-31T12:00:00Z key \"k\" value \"line\\n\\\"one\\\"\" h=\"v\"",
                        "  1 2025-12-31T12:00:00Z key null value base64:/w==",
                        "  2 2025-12-31T12:00:00Z key \"gone\" value null");
    }

    @Test
    void recordsArePrintedForAProgramFromAnOffsetOn() {
        assertThat(log("dump", "--json", "--from", "1", data.toString())).isEqualTo(ExitCode.OK);
        assertThat(screen.out().lines())
                .containsExactly(
                        "{\"topic\":\"quakes\",\"partition\":3,\"offset\":1,\"timestamp\":1767182400000,\"key\":null,"
                                + "\"headers\":[],\"value\":\"/w==\",\"valueEncoding\":\"base64\"}",
                        "{\"topic\":\"quakes\",\"partition\":3,\"offset\":2,\"timestamp\":1767182400000,"
                                + "\"key\":\"gone\",\"headers\":[],\"value\":null}");
    }

    @Test
    void aTopicIsNamedAsPeopleCallIt() throws IOException {
        for (String topic : List.of("quakes", "quakes/3")) {
            assertThat(log("verify", data.toString(), topic)).isEqualTo(ExitCode.OK);
            assertThat(screen.out()).contains("1 partition, 1 segment, ");
        }
        assertThat(log("dump", "--from", "2", data.toString(), "quakes/3")).isEqualTo(ExitCode.OK);
        for (String other : List.of("quakes/2", "quake")) {
            assertThat(log("verify", data.toString(), other)).isEqualTo(ExitCode.USAGE);
            assertThat(screen.err()).contains("there is nothing of " + other + " in ");
        }
        assertThat(log("verify", data.toString(), "quakes/x")).isEqualTo(ExitCode.USAGE);
        assertThat(screen.err()).contains("'x' is no number of a partition; write quakes/0");
        flipLastByte();
        assertThat(log("verify", data.toString())).isEqualTo(ExitCode.OK);
        assertThat(screen.err()).contains("note: " + segment + " of " + new TopicPartition("quakes", 3) + " at byte 0");
    }

    /** As versions before had it, and as copies of it may lie about. */
    @Test
    void aDirectoryOfAnEarlierVersionIsRead() throws IOException {
        Path before = Files.createDirectories(data.resolve("topics/quakes")).resolve("3");
        Files.move(segment.getParent(), before);
        assertThat(log("dump", "--json", "--from", "2", data.toString(), "quakes/3"))
                .isEqualTo(ExitCode.OK);
        assertThat(screen.out()).contains("{\"topic\":\"quakes\",\"partition\":3,\"offset\":2,");
    }

    @Test
    void aDirectoryWithoutLogsIsNotCalledSound() throws IOException {
        assertThat(log("verify", data.resolve("none").toString())).isEqualTo(ExitCode.USAGE);
        assertThat(screen.err()).contains("there is no directory");
        assertThat(log("verify", Files.createDirectory(data.resolve("empty")).toString()))
                .isEqualTo(ExitCode.USAGE);
        assertThat(screen.err()).contains("there is no partition in");
    }

    private int log(String... arguments) {
        String[] all = new String[arguments.length + 1];
        all[0] = "log";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return Cli.run(all, config -> null, screen.terminal());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
