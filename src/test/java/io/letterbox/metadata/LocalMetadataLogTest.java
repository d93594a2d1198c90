package io.letterbox.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.disk.Disk;
import io.letterbox.disk.FileDisk;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.log.sim.Seeds;
import io.letterbox.log.sim.SimDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalMetadataLogTest {
    @TempDir
    Path directory;

    private final Disk disk = new FileDisk();
    private final MetadataMachine machine = new MetadataMachine(new Limits(100, 100, 1000), Map.of());
    private Path file;

    @BeforeEach
    void place() {
        file = directory.resolve("meta").resolve("metadata.log");
    }

    @Test
    void whatWasAppliedIsThereAfterARestart() throws IOException {
        ClusterImage before;
        try (LocalMetadataLog log = open("first")) {
            List<ClusterImage> seen = new ArrayList<>();
            log.onChange(seen::add);
            propose(log, new Command.RegisterNode(1, new Endpoint("localhost", 8080), Endpoint.NONE));
            propose(log, create("a"));
            propose(log, create("b"));
            propose(log, new Command.AlterTopic("a", Map.of("flush", "os"), Set.of("retention.ms")));
            propose(log, new Command.AddPartitions("a", 5));
            propose(log, new Command.DeleteTopic("b"));
            before = log.image();
            assertThat(seen).hasSize(6).last().isSameAs(before);
        }
        try (LocalMetadataLog log = open("second")) {
            assertThat(log.image()).isEqualTo(before);
            assertThat(log.image().clusterId()).isEqualTo("first");
            assertThat(log.image().digest()).isEqualTo(before.digest());
        }
    }

    @Test
    void aRefusalIsNotWritten() throws IOException {
        try (LocalMetadataLog log = open("c")) {
            propose(log, new Command.RegisterNode(1, new Endpoint("localhost", 8080), Endpoint.NONE));
            long size = Files.size(file);
            assertThat(propose(log, new Command.DeleteTopic("no")))
                    .isInstanceOfSatisfying(Reply.Refused.class, refused -> assertThat(refused.code())
                            .isEqualTo(ErrorCode.UNKNOWN_TOPIC));
            assertThat(Files.size(file)).isEqualTo(size);
        }
    }

    @Test
    void anotherNodeDoesNotTakeOverTheDirectory() throws IOException {
        try (LocalMetadataLog log = open("c")) {
            propose(log, new Command.RegisterNode(1, new Endpoint("localhost", 8080), Endpoint.NONE));
            assertThat(propose(log, new Command.RegisterNode(2, new Endpoint("localhost", 8080), Endpoint.NONE)))
                    .isInstanceOfSatisfying(Reply.Refused.class, refused -> assertThat(refused.detail())
                            .contains("belongs to node 1"));
            assertThat(propose(log, new Command.CreateShards(2, 1)))
                    .isInstanceOfSatisfying(Reply.Refused.class, refused -> assertThat(refused.detail())
                            .contains("belongs to node 1"));
        }
    }

    @Test
    void aCommandThatCannotBeWrittenDownDoesNotPoisonTheLog() throws IOException {
        try (LocalMetadataLog log = open("c")) {
            assertThatThrownBy(() -> propose(
                            log, new Command.RegisterNode(1, new Endpoint("h".repeat(70_000), 1), Endpoint.NONE)))
                    .isInstanceOf(RuntimeException.class);
            assertThat(propose(log, new Command.RegisterNode(1, new Endpoint("localhost", 8080), Endpoint.NONE)))
                    .isInstanceOf(Reply.Applied.class);
        }
    }

    @Test
    void aShortageRefusesCommandsAndPasses() throws IOException {
        SimDisk memory = new SimDisk(0);
        Path path = Path.of("/meta/metadata.log");
        LocalMetadataLog log = LocalMetadataLog.open(memory, path, machine, "c", Runnable::run);
        propose(log, new Command.RegisterNode(1, new Endpoint("localhost", 8080), Endpoint.NONE));
        memory.capacity(memory.usedBytes() + 10);
        assertThatThrownBy(() -> propose(log, create("a")))
                .cause()
                .isInstanceOfSatisfying(ApiException.class, refusal -> assertThat(refusal.code())
                        .isEqualTo(ErrorCode.DISK_FULL));
        assertThat(log.image().topics()).isEmpty();
        memory.capacity(Long.MAX_VALUE);
        propose(log, create("b"));
        memory.crash();
        LocalMetadataLog again = LocalMetadataLog.open(memory, path, machine, "c", Runnable::run);
        assertThat(again.image()).isEqualTo(log.image());
        assertThat(again.image().topics()).containsOnlyKeys("b");
    }

    /** Space or descriptors run short at any step, also while a long file is rewritten. */
    @Test
    void noShortageLosesACommand() throws Exception {
        Seeds.forEach(LocalMetadataLogTest.class, seed -> {
            SimDisk memory = new SimDisk(seed);
            Path path = Path.of("/meta/metadata.log");
            LocalMetadataLog log = LocalMetadataLog.open(memory, path, machine, "c", Runnable::run);
            propose(log, new Command.RegisterNode(1, new Endpoint("localhost", 8080), Endpoint.NONE));
            propose(log, create("a"));
            Map<String, String> large = Map.of("flush", "os");
            for (int round = 0; round < 5; round++) {
                memory.shortages(3 + round);
                for (int command = 0; command < 20; command++) {
                    try {
                        propose(log, new Command.AlterTopic("a", large, Set.of()));
                        propose(log, new Command.RegisterNode(1, new Endpoint("h".repeat(60_000), 1), Endpoint.NONE));
                    } catch (RuntimeException lacking) {
                        assertThat(lacking).hasCauseInstanceOf(ApiException.class);
                    }
                }
                memory.shortages(0);
                propose(log, new Command.AllocateProducerIds());
                ClusterImage before = log.image();
                memory.crash();
                log = LocalMetadataLog.open(memory, path, machine, "c", Runnable::run);
                assertThat(log.image()).isEqualTo(before);
            }
        });
    }

    @Test
    void whatWasDeletedIsRememberedUntilItsFilesAreGone() throws IOException {
        UUID id;
        try (LocalMetadataLog log = open("c")) {
            propose(log, new Command.RegisterNode(1, new Endpoint("localhost", 8080), Endpoint.NONE));
            propose(log, create("a"));
            id = log.image().topics().get("a").id();
            propose(log, new Command.DeleteTopic("a"));
            assertThat(log.image().deleted()).containsExactly(Map.entry(id, "a"));
        }
        try (LocalMetadataLog log = open("c")) {
            assertThat(log.image().deleted()).containsExactly(Map.entry(id, "a"));
            ClusterImage coded = MetadataCodec.replay(machine, null, MetadataCodec.encode(log.image()));
            assertThat(coded).isEqualTo(log.image());
            propose(log, new Command.ForgetDeleted(Set.of(id)));
            assertThat(log.image().deleted()).isEmpty();
        }
        try (LocalMetadataLog log = open("c")) {
            assertThat(log.image().deleted()).isEmpty();
        }
    }

    @Test
    void aTornEndIsCutOff() throws IOException {
        byte[] whole = someHistory();
        int lastFrame = lastFrame(whole);
        for (int size = lastFrame + 1; size < whole.length; size++) {
            Files.write(file, Arrays.copyOf(whole, size));
            try (LocalMetadataLog log = open("c")) {
                assertThat(log.image().topics().keySet()).containsExactly("a", "b");
                assertThat(Files.size(file)).isEqualTo(lastFrame);
            }
        }
    }

    /** A crash may leave the file with its new length, but with zeros instead of the bytes. */
    @Test
    void aZeroedEndIsCutOff() throws IOException {
        byte[] whole = someHistory();
        int lastFrame = lastFrame(whole);
        Arrays.fill(whole, lastFrame, whole.length, (byte) 0);
        Files.write(file, whole);
        try (LocalMetadataLog log = open("c")) {
            assertThat(log.image().topics().keySet()).containsExactly("a", "b");
            propose(log, create("c"));
        }
        try (LocalMetadataLog log = open("c")) {
            assertThat(log.image().topics().keySet()).containsExactly("a", "b", "c");
        }
    }

    @Test
    void aFlippedBitBeforeTheEndEndsTheStartAndChangesNothing() throws IOException {
        byte[] whole = someHistory();
        int lastFrame = lastFrame(whole);
        for (int at = 0; at < lastFrame; at++) {
            byte[] flipped = whole.clone();
            flipped[at] ^= 0x10;
            Files.write(file, flipped);
            assertThatThrownBy(() -> open("c"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(file.toString())
                    .hasMessageContaining("damaged at byte")
                    .hasMessageContaining("backup");
            assertThat(Files.readAllBytes(file)).isEqualTo(flipped);
        }
    }

    @Test
    void aLongLogIsBegunAnew() throws IOException {
        // In memory, because the test forces very often.
        SimDisk memory = new SimDisk(0);
        ClusterImage last;
        long largest = 0;
        try (LocalMetadataLog log = LocalMetadataLog.open(memory, file, machine, "c", Runnable::run)) {
            propose(log, new Command.RegisterNode(1, new Endpoint("localhost", 8080), Endpoint.NONE));
            propose(log, create("a"));
            for (int i = 0; i < 6_500; i++) {
                propose(log, new Command.AlterTopic("a", Map.of("retention.ms", Integer.toString(i)), Set.of()));
                largest = Math.max(largest, memory.size(file));
            }
            last = log.image();
        }
        assertThat(largest).isBetween(LocalMetadataLog.REWRITE_BYTES - 4096, LocalMetadataLog.REWRITE_BYTES + 4096);
        assertThat(memory.size(file)).isLessThan(largest);
        try (LocalMetadataLog log = LocalMetadataLog.open(memory, file, machine, "c", Runnable::run)) {
            assertThat(log.image()).isEqualTo(last);
            assertThat(log.image().version()).isEqualTo(6_502);
        }
    }

    private byte[] someHistory() throws IOException {
        try (LocalMetadataLog log = open("c")) {
            propose(log, new Command.RegisterNode(1, new Endpoint("localhost", 8080), Endpoint.NONE));
            propose(log, create("a"));
            propose(log, create("b"));
            propose(log, new Command.DeleteTopic("a"));
        }
        return Files.readAllBytes(file);
    }

    /** The position of the last command's frame, a DeleteTopic with a one-letter name. */
    private static int lastFrame(byte[] whole) {
        return whole.length - (12 + 1 + 2 + 1);
    }

    private LocalMetadataLog open(String clusterId) throws IOException {
        return LocalMetadataLog.open(disk, file, machine, clusterId, Runnable::run);
    }

    private static Command create(String name) {
        return new Command.CreateTopic(name, new UUID(1, name.hashCode()), 2, 1, Map.of("retention.ms", "5"));
    }

    private static Reply propose(MetadataLog log, Command command) {
        return log.propose(command).toCompletableFuture().join();
    }
}
