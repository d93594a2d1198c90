package io.letterbox.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.disk.LogFile;
import io.letterbox.log.CorruptLogException;
import io.letterbox.log.sim.SimDisk;
import io.letterbox.record.TopicIdPartition;
import io.letterbox.record.TopicPartition;
import io.letterbox.storage.replica.LogPosition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReplicaCheckpointTest {
    private static final Path FILE = Path.of("data/shards/3/replica-checkpoint");
    private static final UUID TOPIC = new UUID(5, 6);

    private final SimDisk disk = new SimDisk(1);
    private final ReplicaCheckpoint checkpoint = new ReplicaCheckpoint(
            new LogPosition(7, 1234),
            42,
            List.of(
                    new ReplicaCheckpoint.Partition(new TopicPartition("orders", 0), TOPIC, 1L << 40, 17),
                    new ReplicaCheckpoint.Partition(new TopicPartition("täglich", 9), new UUID(7, 8), 0, 0)),
            List.of(new TopicIdPartition(new UUID(9, 10), 2)));

    @BeforeEach
    void makeDirectory() throws IOException {
        disk.createDirectories(FILE.getParent());
    }

    @Test
    void comesBackAsItWasWritten() throws IOException {
        assertThat(ReplicaCheckpoint.read(disk, FILE)).isEqualTo(ReplicaCheckpoint.NONE);
        checkpoint.write(disk, FILE);
        disk.crash();
        assertThat(ReplicaCheckpoint.read(disk, FILE)).isEqualTo(checkpoint);
    }

    @Test
    void damageIsFoundWhereverItIs() throws IOException {
        checkpoint.write(disk, FILE);
        int size = (int) disk.size(FILE);
        for (int position = 4; position < size; position++) {
            disk.flip(FILE, position, position % 8);
            assertThatThrownBy(() -> ReplicaCheckpoint.read(disk, FILE)).isInstanceOf(CorruptLogException.class);
            disk.flip(FILE, position, position % 8);
        }
        try (LogFile file = disk.open(FILE)) {
            file.truncate(size - 1);
        }
        assertThatThrownBy(() -> ReplicaCheckpoint.read(disk, FILE)).isInstanceOf(CorruptLogException.class);
    }

    @Test
    void aLaterFormatIsRefusedInWords() throws IOException {
        checkpoint.write(disk, FILE);
        try (LogFile file = disk.open(FILE)) {
            file.write(ByteBuffer.allocate(4).putInt(0, ReplicaCheckpoint.VERSION + 1), 0);
        }
        assertThatThrownBy(() -> ReplicaCheckpoint.read(disk, FILE))
                .hasMessageContaining("format 2")
                .hasMessageContaining("no later one than 1");
    }
}
