package io.letterbox.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.disk.DataLayout;
import io.letterbox.disk.FileDisk;
import io.letterbox.log.CommittedAppend;
import io.letterbox.log.CorruptLogException;
import io.letterbox.log.LastStop;
import io.letterbox.log.LogConfig;
import io.letterbox.log.LogRecovery;
import io.letterbox.log.PartitionLog;
import io.letterbox.log.PartitionMetadataFile;
import io.letterbox.log.TestLogs;
import io.letterbox.record.TopicIdPartition;
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

/** From a replica with one partition of three records to another node's. */
class ReplicaPlacingTest {
    private static final int SHARD = 0;
    private static final LogPosition POSITION = new LogPosition(3, 40);

    @TempDir
    private Path root;

    private final FileDisk disk = new FileDisk();
    private final TopicIdPartition key = new TopicIdPartition(new UUID(3, 4), 0);
    private DataLayout layout;
    private Path copied;
    private ReplicaPlacing placing;

    @BeforeEach
    void begin() throws IOException {
        layout = new DataLayout(root);
        placing = new ReplicaPlacing(disk, layout, SHARD);
        Path copy = ReplicaPlacing.directory(layout, SHARD);
        copied = copy.resolve(key.toString());
        disk.createDirectories(copied);
        PartitionMetadataFile.write(disk, copied, key.topicId(), "orders");
        PartitionLog log = open(copied, 0);
        CommittedAppend append = new CommittedAppend(log);
        append.put(TestLogs.batch(1, "a", "b", "c"), 1, (base, next, batch) -> {});
        log.close();
        checkpoint(3);
    }

    private void checkpoint(long endOffset) throws IOException {
        ReplicaCheckpoint.Partition partition =
                new ReplicaCheckpoint.Partition(new TopicPartition("orders", 0), key.topicId(), endOffset, 0);
        new ReplicaCheckpoint(POSITION, 2, List.of(partition), List.of())
                .write(disk, ReplicaPlacing.directory(layout, SHARD).resolve("replica-checkpoint"));
    }

    private PartitionLog open(Path directory, long recoveryPoint) throws IOException {
        return ((LogRecovery.Recovered)
                        LogRecovery.open(disk, directory, LogConfig.defaults(), recoveryPoint, LastStop.UNCLEAN))
                .log();
    }

    private LogPosition check() throws IOException {
        return placing.check(partition -> LogConfig.defaults());
    }

    @Test
    void aCopyThatIsSoundTakesThePlaceOfWhatWasThere() throws IOException {
        Path other = layout.shard(SHARD).resolve(new TopicIdPartition(new UUID(9, 9), 1).toString());
        disk.createDirectories(other);
        Path own = layout.shard(SHARD).resolve(key.toString());
        disk.createDirectories(own);
        Files.writeString(own.resolve("00000000000000000000.log"), "damaged");

        assertThat(check()).isEqualTo(POSITION);
        for (int twice = 0; twice < 2; twice++) placing.place();
        assertThat(ReplicaCheckpoint.read(disk, layout.replicaCheckpoint(SHARD)).position())
                .isEqualTo(POSITION);
        assertThat(ReplicaPlacing.directory(layout, SHARD)).doesNotExist();
        assertThat(other).doesNotExist();
        PartitionLog log = open(own, 3);
        assertThat(log.logEndOffset()).isEqualTo(3);
        log.close();
    }

    @Test
    void aCopyThatLacksSomethingIsRefused() throws IOException {
        checkpoint(4);
        assertThatThrownBy(this::check)
                .isInstanceOf(CorruptLogException.class)
                .hasMessageContaining("ends at offset 3");
    }

    @Test
    void everyBatchIsChecked() throws IOException {
        Path segment = copied.resolve("00000000000000000000.log");
        byte[] bytes = Files.readAllBytes(segment);
        bytes[bytes.length - 1] ^= 1;
        Files.write(segment, bytes);
        assertThatThrownBy(this::check).isInstanceOf(CorruptLogException.class);
    }

    @Test
    void aCopyOfAnotherPartitionIsRefused() throws IOException {
        PartitionMetadataFile.write(disk, copied, new UUID(5, 5), "orders");
        assertThatThrownBy(this::check).hasMessageContaining("whose it is");
    }
}
