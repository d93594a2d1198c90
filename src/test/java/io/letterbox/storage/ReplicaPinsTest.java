package io.letterbox.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.disk.DataLayout;
import io.letterbox.disk.FileDisk;
import io.letterbox.log.ForwardingDisk;
import io.letterbox.record.TopicPartition;
import io.letterbox.storage.replica.LogPosition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplicaPinsTest {
    private static final int SHARD = 4;
    private static final String FIRST = "00000000000000000000.log";
    private static final String SECOND = "00000000000000000100.log";

    @TempDir
    private Path root;

    private final FileDisk disk = new FileDisk();
    private final ReplicaCheckpoint.Partition partition =
            new ReplicaCheckpoint.Partition(new TopicPartition("orders", 1), new UUID(3, 4), 150, 0);
    private final ReplicaCheckpoint checkpoint =
            new ReplicaCheckpoint(new LogPosition(7, 99), 12, List.of(partition), List.of());
    private DataLayout layout;
    private Path directory;
    private ReplicaPins pins;

    @BeforeEach
    void begin() throws IOException {
        layout = new DataLayout(root);
        pins = new ReplicaPins(disk, layout);
        directory = layout.shard(SHARD).resolve(partition.key().toString());
        disk.createDirectories(directory);
        for (String name : List.of(
                FIRST,
                SECOND,
                "00000000000000000000.index",
                "00000000000000000000.timeindex",
                "00000000000000000000.txnindex",
                "00000000000000000150.snapshot",
                "00000000000000000000.cleaned",
                "partition.metadata")) {
            Files.writeString(directory.resolve(name), "of " + name);
        }
        checkpoint.write(disk, layout.replicaCheckpoint(SHARD));
    }

    private static String content(ReplicaPins.Pinned pinned, List<String> file) throws IOException {
        Path path = pinned.directory();
        for (String name : file) path = path.resolve(name);
        return Files.readString(path);
    }

    @Test
    void whatACheckpointNeedsIsHeld() throws IOException {
        ReplicaPins.Pinned pinned = pins.pin(SHARD, 5);
        String name = partition.key().toString();
        assertThat(pinned.files())
                .containsExactly(
                        List.of(name, FIRST),
                        List.of(name, "00000000000000000000.txnindex"),
                        List.of(name, SECOND),
                        List.of(name, "00000000000000000150.snapshot"),
                        List.of(name, "partition.metadata"),
                        List.of("replica-checkpoint"));
        assertThat(pinned.position()).isEqualTo(new LogPosition(7, 99));
        assertThat(pinned.metadataVersion()).isEqualTo(12);
        assertThat(pinned.lengths()).hasSize(6);
        assertThat(pinned.lengths().get(0)).isEqualTo(("of " + FIRST).length());
        assertThat(ReplicaCheckpoint.read(disk, pinned.directory().resolve("replica-checkpoint")))
                .isEqualTo(checkpoint);
    }

    @Test
    void itStaysWhateverBecomesOfTheReplica() throws IOException {
        ReplicaPins.Pinned pinned = pins.pin(SHARD, 5);
        // Retention, compaction, an index that is written again, and a drop.
        disk.delete(directory.resolve(FIRST));
        Files.writeString(directory.resolve("x.cleaned"), "other");
        disk.rename(directory.resolve("x.cleaned"), directory.resolve(SECOND));
        Files.writeString(directory.resolve("00000000000000000000.txnindex"), "");
        PartitionDirectories.destroy(disk, directory);
        for (List<String> file : pinned.files().subList(0, 5))
            assertThat(content(pinned, file)).isEqualTo("of " + file.get(1));
        assertThat(pins.isPinned(SHARD, 5)).isTrue();
    }

    @Test
    void whatIsNotNeededAnyMoreGoes() throws IOException {
        pins.pin(SHARD, 5);
        pins.pin(SHARD, 6);
        pins.release(SHARD, 5);
        pins.release(SHARD, 5);
        assertThat(pins.isPinned(SHARD, 5)).isFalse();
        assertThat(pins.isPinned(SHARD, 6)).isTrue();
        pins.releaseAll(SHARD);
        assertThat(disk.list(layout.shard(SHARD).resolve("pins"))).isEmpty();
        assertThat(directory.resolve(FIRST)).exists();
    }

    @Test
    void aPartitionThatChangesMeanwhileIsLookedAtAgain() throws IOException {
        boolean[] changed = new boolean[1];
        ReplicaPins racing = new ReplicaPins(
                new ForwardingDisk(disk) {
                    @Override
                    public void link(Path existing, Path second) throws IOException {
                        if (!changed[0]) super.delete(existing);
                        changed[0] = true;
                        super.link(existing, second);
                    }
                },
                layout);
        assertThat(racing.pin(SHARD, 5).files())
                .doesNotContain(List.of(partition.key().toString(), FIRST))
                .contains(List.of(partition.key().toString(), SECOND));
    }

    @Test
    void whatCannotBeHeldAsAWholeIsNotHeld() throws IOException {
        PartitionDirectories.destroy(disk, directory);
        assertThatThrownBy(() -> pins.pin(SHARD, 5)).hasMessageContaining("not there any more");
        assertThat(disk.list(layout.shard(SHARD).resolve("pins"))).isEmpty();
    }
}
